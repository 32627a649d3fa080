"""Settings: they validate themselves, and a misspelt key is never passed over."""

from __future__ import annotations

import dataclasses

import pytest

from csp_geo.core.errors import CspGeoError, SettingsError
from csp_geo.core.settings import ClusterParams, Limits, Settings, read_settings, settings_from


class TestInputs:
    @pytest.mark.parametrize("eps", [0, -1, float("nan"), float("inf"), 5001, 0.9, 1e-10])
    def test_eps(self, eps):
        with pytest.raises(SettingsError, match="eps must be a number of metres from 1 to 5,000"):
            ClusterParams(eps=eps)

    @pytest.mark.parametrize("n", [0, -5, 2.5, 100_001])
    def test_min_samples(self, n):
        with pytest.raises(SettingsError, match="min_samples must be"):
            ClusterParams(min_samples=n)

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"min_sample": 5}, "^csp_geo.toml: unknown setting 'min_sample'"),
            ({"clusters": {"min_sample": 5}}, r"\[clusters\]: unknown setting 'min_sample'"),
            ({"marking": 5}, "marking must be a text of at most 200 characters, not 5"),
            ({"clusters": 5}, "clusters must be a table, not 5"),
            (
                {"draw_sensitive_points": "yes"},
                "draw_sensitive_points must be true or false, not 'yes'",
            ),
            ({"border_m": True}, "border_m must be a number of metres from 0 to 100,000, not true"),
            ({"border_m": -1}, "border_m must be a number of metres from 0"),
            ({"border_m": float("nan")}, "border_m must be .*, not nan"),
            ({"quarantine_limit": 20}, r"share of the rows\) from 0 to 1, not 20"),
            ({"quarantine_limit": -0.1}, r"from 0 to 1, not -0\.1"),
            (
                {"clusters": {"min_samples": 5.0}},
                "min_samples must be a whole number from 1 to 100,000, not 5.0",
            ),
            ({"feeds": {"crime": "police_uk"}}, "unknown source 'crime'"),
            ({"feeds": {"offence": 1}}, "offence must be one of .*, not 1"),
        ],
    )
    def test_refused(self, values, said):
        with pytest.raises(SettingsError, match=said):
            settings_from(values)

    def test_file_that_is_not_there(self, tmp_path):
        with pytest.raises(SettingsError, match=r"none\.toml could not be read"):
            read_settings(tmp_path / "none.toml")

    @pytest.mark.parametrize("data", [b"marking: x\n", b"\xff\xfe\x00"])
    def test_file_that_is_no_toml(self, tmp_path, data):
        (tmp_path / "own.toml").write_bytes(data)
        with pytest.raises(SettingsError, match=r"own\.toml is not valid TOML"):
            read_settings(tmp_path / "own.toml")

    def test_error_is_also_the_builtin(self):
        with pytest.raises(ValueError, match="eps"):
            ClusterParams(eps=0)
        assert issubclass(SettingsError, CspGeoError)

    def test_frozen(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            Settings().border_m = 1


class TestOutputs:
    def test_defaults(self):
        settings = read_settings(None)
        assert (settings.clusters.eps, settings.clusters.min_samples) == (100, 5)
        assert (settings.border_m, settings.quarantine_limit) == (250, 0.2)
        assert settings.marking == "OFFICIAL-SENSITIVE"
        assert settings.draw_sensitive_points is False

    def test_file(self, tmp_path):
        """Windows editors write a BOM; what the file does not say keeps its default."""
        path = tmp_path / "csp_geo.toml"
        text = '\ufeffmarking = "OFFICIAL"\n[clusters]\neps = 80\n[feeds]\noffence = "police_uk"\n'
        path.write_text(text, encoding="utf-8")
        settings = read_settings(path)
        assert settings.marking == "OFFICIAL"
        assert settings.clusters == ClusterParams(eps=80, min_samples=5)
        assert settings.feeds == {"offence": "police_uk"}
        assert settings.border_m == 250


ADDRESS = "https://boundaries.example/"
LIMITS = [limit.name for limit in dataclasses.fields(Limits)]


class TestLimits:
    """The smallest and the largest that is allowed, and what lies just beyond."""

    @pytest.mark.parametrize(
        ("name", "allowed", "refused"),
        [
            ("quarantine_limit", (0, 1), (-0.01, 1.01)),
            ("border_m", (0, 100_000), (-0.1, 100_000.1)),
            ("simulations", (19, 99_999), (18, 100_000)),
            ("marking", ("", "x" * 200), ("x" * 201,)),
            ("public_marking", ("", "x" * 200), ("x" * 201,)),
            (
                "boundary_service",
                (ADDRESS, ADDRESS.ljust(500, "x")),
                (ADDRESS.ljust(501, "x"), ADDRESS.replace("s", "", 1)),
            ),
        ],
    )
    def test_of_the_settings(self, name, allowed, refused):
        for value in allowed:
            assert getattr(settings_from({name: value}), name) == value
        for value in refused:
            with pytest.raises(SettingsError, match=name):
                settings_from({name: value})

    @pytest.mark.parametrize(
        ("name", "allowed", "refused"),
        [("eps", (1, 5000), (0, 5000.1)), ("min_samples", (1, 100_000), (0, 100_001))],
    )
    def test_of_clusters(self, name, allowed, refused):
        for value in allowed:
            assert getattr(settings_from({"clusters": {name: value}}).clusters, name) == value
        for value in refused:
            with pytest.raises(SettingsError, match=name):
                settings_from({"clusters": {name: value}})

    @pytest.mark.parametrize("name", LIMITS)
    def test_of_files(self, name):
        assert getattr(settings_from({"limits": {name: 1}}).limits, name) == 1
        for value in (0, 1.5, True):
            with pytest.raises(SettingsError, match=name):
                settings_from({"limits": {name: value}})
            with pytest.raises(SettingsError, match=name):
                Limits(**{name: value})
