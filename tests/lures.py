"""Files that would have GDAL ask a server, or read a file that nobody gave: one for each way."""
# ruff: noqa: E501 - documents stand as they come

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

SUFFIXES = (
    *(".geojson", ".json", ".gpkg", ".shp", ".kml", ".kmz", ".gpx", ".tab", ".mif", ".fgb"),
)
ELSEWHERE = "kept-elsewhere"
"""The name of the folder that nobody gave, and the word in its file."""
AT = [0.08, 51.54]


def feature(**extra):
    return {
        "type": "Feature",
        "properties": {"date": "2021-11-03", "category": "theft", "name": "a"},
        "geometry": {"type": "Point", "coordinates": AT},
        **extra,
    }


def collection(**extra):
    return {"type": "FeatureCollection", **extra, "features": [feature()]}


def documents(url, outside):
    """Return texts that are something else than any name of a GIS file says, by what they are."""
    served = outside / "private.json"
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="{0}"><SrcDataSource>{1}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    capabilities = (
        '<WFS_Capabilities version="1.1.0"><ows:OperationsMetadata xmlns:ows="http://x"><ows:Operation '
        f'name="GetFeature"><ows:DCP><ows:HTTP><ows:Get href="{url}/w?"/></ows:HTTP></ows:DCP></ows:Operation>'
        "</ows:OperationsMetadata><FeatureTypeList><FeatureType><Name>a</Name></FeatureType>"
        "</FeatureTypeList></WFS_Capabilities>"
    )
    return {
        "wfs": f"<OGRWFSDataSource><URL>{url}/wfs?</URL></OGRWFSDataSource>",
        "wfs_capabilities": capabilities,
        "csw": f"<OGRCSWDataSource><URL>{url}/csw</URL></OGRCSWDataSource>",
        "vrt_remote": vrt.format("private", f"/vsicurl/{url}/vrt.json"),
        "vrt_local": vrt.format("private", served),
        "vrt_share": vrt.format("private", r"\\127.0.0.1\share\a.json"),
        "vrt_kml": "<?xml version='1.0'?><!-- <OGRVRTDataSource> --><kml/>",
        "raster_vrt": f"<VRTDataset><SourceFilename>/vsicurl/{url}/r.tif</SourceFilename></VRTDataset>",
        "wms": f'<GDAL_WMS><Service name="TMS"><ServerUrl>{url}/t</ServerUrl></Service></GDAL_WMS>',
        "gml": (
            '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="x {url}/x.xsd"><gml:featureMember><x><gml:Point>'
            "<gml:coordinates>0,1</gml:coordinates></gml:Point></x></gml:featureMember>"
            "</gml:FeatureCollection>"
        ),
        "rss": f'<rss version="2.0"><channel><item><link>{url}/rss</link></item></channel></rss>',
        "gdalg": json.dumps(
            {
                "type": "gdal_streamed_alg",
                "command_line": f"gdal vector pipeline ! read /vsicurl/{url}/g.json",
            }
        ),
        "gdalg_local": json.dumps(
            {
                "type": "gdal_streamed_alg",
                "command_line": f"gdal vector pipeline ! read {served}",
            }
        ),
        "gdalg_in_geojson": json.dumps(
            {"type": "FeatureCollection", "command_line": f"gdal vector read /vsicurl/{url}/g.json"}
        )[:-1]
        + ', "type": "gdal_streamed_alg", "features": []}',
        "ogcapi": json.dumps({"links": [{"rel": "data", "href": f"{url}/collections"}]}),
        "url": f"{url}/plain.geojson",
        "wfs_url": f"WFS:{url}/plain",
        "vsicurl": f"/vsicurl/{url}/plain.geojson",
        "oapif_url": f"OAPIF:{url}/plain",
        "database": "PG:host=127.0.0.1 dbname=a",
        "path": str(served),
    }


def systems(url, outside):
    """Return GeoJSON whose coordinate system lies elsewhere, in every way it can be written."""
    link = {"type": "link", "properties": {"href": f"{url}/crs", "type": "ogcwkt"}}
    plain, text = json.dumps(feature()), json.dumps(link)
    head = '{"type": "Feature", '
    rest = plain.removeprefix('{"type": "Feature", ')
    inside = feature()
    inside["geometry"]["crs"] = link
    topology = {"type": "Topology", "crs": link, "arcs": []}
    topology["objects"] = {"a": {"type": "Point", "coordinates": AT}}
    return {
        "link": json.dumps(collection(crs=link)),
        "url": json.dumps(collection(crs={"type": "url", "properties": {"url": f"{url}/crs"}})),
        "last": json.dumps({**collection(), "crs": link}),
        "far_on": json.dumps({**collection(remark="x" * 3_000_000), "crs": link}),
        "upper": json.dumps(collection(CRS=link)),
        "escaped": json.dumps(collection(crs=link)).replace('"crs"', '"\\u0063r\\u0073"'),
        "of_feature": json.dumps(feature(crs=link)),
        "of_geometry": json.dumps({"type": "FeatureCollection", "features": [inside]}),
        "topology": json.dumps(topology),
        "quoted": f"{head}'crs': {text}, {rest}",
        "remark": f'{head}"crs"/* */: {text}, {rest}',
        "remark_after": f'{head}"crs": /* */ {text}, {rest}',
        "null_sign": f'{head}"crs\\u0000a": {text}, {rest}',
        "name_twice": f'{head}"crs": {{"type": "name", "type": "link", "properties": {link["properties"]}}}, {rest}'.replace(
            "'", '"'
        ),
        "name_is_url": json.dumps(
            collection(crs={"type": "name", "properties": {"name": f"{url}/crs"}})
        ),
        "name_is_path": json.dumps(
            collection(crs={"type": "name", "properties": {"name": str(outside / "private.prj")}})
        ),
        "name_and_href": json.dumps(
            collection(crs={"type": "name", "properties": {"name": "EPSG:4326", "href": url}})
        ),
        "lines": f'{head}"crs": {text}, {rest}\n{plain}\n',
        "sequence": f'\x1e{head}"crs": {text}, {rest}\n',
    }


def harmless_links(url):
    """Return KML that points elsewhere, which is read and never followed."""
    kml = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
    mark = (
        "<Placemark><name>a</name>{}<TimeStamp><when>2021-11-03</when></TimeStamp><Point>"
        f"<coordinates>{AT[0]},{AT[1]}</coordinates></Point></Placemark>"
    )
    style = f"<styleUrl>{url}/style.kml#a</styleUrl>"
    pair = f"<StyleMap><Pair><key>normal</key>{style}</Pair></StyleMap>"
    link = f"<NetworkLink><Link><href>{url}/net.kml</href></Link></NetworkLink>"
    overlay = f"<GroundOverlay><Icon><href>{url}/i.png</href></Icon></GroundOverlay>"
    return {
        "style": kml.format(mark.format(style)),
        "style_map": kml.format(mark.format(pair)),
        "network_link": kml.format(link + mark.format("")),
        "only_link": kml.format(link),
        "overlay": kml.format(overlay + mark.format("")),
    }


def put_lures(folder, url, outside):
    """Write every lure below a folder; return their paths, and which of them may be read."""
    outside.mkdir(parents=True, exist_ok=True)
    told = collection(name=ELSEWHERE)
    told["features"][0]["properties"]["category"] = ELSEWHERE
    (outside / "private.json").write_text(json.dumps(told))
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in SUFFIXES:
        for name, text in documents(url, outside).items():
            (folder / f"{name}{suffix}").write_text(text)
    for suffix in (".geojson", ".json"):
        for name, text in systems(url, outside).items():
            (folder / f"crs_{name}{suffix}").write_text(text)
    readable = []
    for name, text in harmless_links(url).items():
        readable.append(folder / f"{name}.kml")
        readable[-1].write_text(text)
        readable.append(folder / f"{name}.kmz")
        readable[-1].write_bytes(packed({"doc.kml": text.encode()}))
    (folder / "vrt_inside.kmz").write_bytes(
        packed({"doc.kml": documents(url, outside)["vrt_local"].encode()})
    )
    within(folder, url, outside)
    tables(folder, outside)
    packages(folder, url, outside)
    grids(folder, outside)
    odd_zips(folder, url)
    readable.append(folder / "gpkg_system.gpkg")  # its number is one that everybody knows
    return sorted(path for path in folder.iterdir() if path.suffix in {*SUFFIXES, ".zip"}), readable


def packed(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def within(folder, url, outside):
    """Write files that begin as they should, with a document for GDAL in them."""
    for name in ("vrt_remote", "vrt_local", "wfs", "wfs_capabilities"):
        text = documents(url, outside)[name].replace('"', "'")
        point = feature(properties={"date": "2021-11-03", "category": text})
        (folder / f"within_{name}.geojson").write_text(json.dumps(point))
        (folder / f"within_{name}.json").write_text(json.dumps(collection(name=text)))
        (folder / f"within_{name}.mif").write_text(f"Version 300\n{text}\n")
        (folder / f"within_{name}.tab").write_text(
            f"!table\n!version 300\nDefinition Table\n  Type NATIVE\n{text}\n"
        )
        kml = f"<kml><Document><!-- {text.replace('--', '')} --></Document></kml>"
        (folder / f"within_{name}.kml").write_text(kml)
        (folder / f"within_{name}.gpx").write_text(f"<gpx><!-- {text} --></gpx>")


def tables(folder, outside):
    """Write MapInfo tables that are made of others."""
    head = "!table\n!version 300\n!charset WindowsLatin1\n\n"
    other = outside / "private.tab"
    (folder / "view.tab").write_text(
        f'{head}open table "{other}" Hide\ncreate view a as\nSelect b from private\n'
    )
    (folder / "seamless.tab").write_text(
        f'{head}Definition Table\n  Type NATIVE Charset "WindowsLatin1"\n  Fields 1\n    Table Char (254) ;\n'
        'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'
    )
    (folder / "linked.tab").write_text(
        f'{head}Definition Table\n  File "{other}"\n  Type DBF Charset "WindowsLatin1"\n  Fields 1\n    a Char (9) ;\n'
    )


def packages(folder, url, outside):
    """Write GeoPackages that hold more than tables."""
    frame = gpd.GeoDataFrame(
        {"date": ["2021-11-03"], "category": ["theft"], "name": ["a"]},
        geometry=[shapely.Point(AT)],
        crs="EPSG:4326",
    )
    served = outside / "private.json"
    schema = {
        "view": "create view v as select * from reports",
        "endless": (
            "create view v as with recursive n(i) as (select 1 union all select i + 1 from n) "
            "select i as fid, null as geom from n"
        ),
    }
    written = {
        "virtual": f"CREATE VIRTUAL TABLE v USING VirtualOGR('/vsicurl/{url}/v.json')",
        "virtual_local": f"CREATE VIRTUAL TABLE v USING VirtualOGR('{served}')",
        "virtual_shape": f"CREATE VIRTUAL TABLE v USING VirtualShape('{outside / 'private'}', 'UTF-8', 4326)",
        "hidden_virtual": f"CREATE /* */ VIRTUAL TABLE v USING/**/VirtualOGR('{served}')",
        "rtree_and_more": "CREATE VIRTUAL TABLE v USING rtree(a, b, c) AS SELECT 1",
    }
    for name in (*schema, *written, "computed", "system"):
        path = folder / f"gpkg_{name}.gpkg"
        pyogrio.write_dataframe(frame, path, layer="reports", driver="GPKG")
        with closing(sqlite3.connect(path)) as base:
            base.create_function("ogr_geocode", -1, lambda *_: "", deterministic=True)
            if name in schema:
                base.execute(schema[name])
                base.execute(
                    "insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
                    "values ('v', 'features', 'v', 4326)"
                )
                base.execute(
                    "insert into gpkg_geometry_columns values ('v', 'geom', 'POINT', 4326, 0, 0)"
                )
            elif name in written:
                base.execute("pragma writable_schema = on")
                base.execute(
                    "insert into sqlite_master values ('table', 'v', 'v', 0, ?)", (written[name],)
                )
            elif name == "computed":
                base.execute("create table c (a text, b text as (ogr_geocode(a)))")
                base.execute("insert into c (a) values ('Barking')")
            else:
                base.execute(
                    "update gpkg_spatial_ref_sys set organization = 'x', definition = ?",
                    (f"{url}/crs",),
                )
            base.commit()


def grids(folder, outside):
    """Write layers whose coordinate system has PROJ open a file."""
    grid = outside / "private.gsb"
    grid.write_bytes(b"no grid")
    system = (
        'BOUNDCRS[SOURCECRS[GEOGCRS["a",DATUM["b",ELLIPSOID["WGS 84",6378137,298.257223563]],'
        'CS[ellipsoidal,2],AXIS["lon",east],AXIS["lat",north],ANGLEUNIT["degree",0.0174532925199433]]],'
        'TARGETCRS[GEOGCRS["WGS 84",DATUM["WGS",ELLIPSOID["WGS 84",6378137,298.257223563]],'
        'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433],'
        'ID["EPSG",4326]]],ABRIDGEDTRANSFORMATION["c",METHOD["NTv2",ID["EPSG",9615]],'
        f'PARAMETERFILE["Latitude and longitude difference file","{grid}"]]]'
    )
    frame = gpd.GeoDataFrame(
        {"date": ["2021-11-03"], "category": ["theft"], "name": ["a"]},
        geometry=[shapely.Point(AT)],
        crs="EPSG:4326",
    )
    pyogrio.write_dataframe(frame, folder / "grid.shp", driver="ESRI Shapefile")
    (folder / "grid.prj").write_text(
        'GEOGCS["a",DATUM["b",SPHEROID["WGS 84",6378137,298.257223563],'
        f'EXTENSION["PROJ4_GRIDS","{grid}"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    other = frame.set_crs(system, allow_override=True)
    pyogrio.write_dataframe(other, folder / "grid.fgb", driver="FlatGeobuf")
    esri = {"geometryType": "esriGeometryPoint", "spatialReference": {"wkt": system}}
    esri["fields"] = [{"name": "date", "type": "esriFieldTypeString"}]
    esri["features"] = [{"attributes": {"date": "2021-11-03"}, "geometry": {"x": 1, "y": 2}}]
    (folder / "grid_esri.json").write_text(json.dumps(esri))
    pyogrio.write_dataframe(frame, folder / "grid.gpkg", layer="reports", driver="GPKG")
    with closing(sqlite3.connect(folder / "grid.gpkg")) as base:
        base.execute(
            "insert into gpkg_spatial_ref_sys values ('a', 99999, 'a', 1, ?, 'a')"
            if len(base.execute("select * from gpkg_spatial_ref_sys").description) == 6
            else "insert into gpkg_spatial_ref_sys values ('a', 99999, 'a', 1, ?, 'a', '')",
            (system,),
        )
        base.execute("update gpkg_geometry_columns set srs_id = 99999")
        base.execute("update gpkg_contents set srs_id = 99999")
        base.commit()


def odd_zips(folder, url):
    """Write ZIPs in which two programs may see two different files under one name."""
    good, bad = json.dumps(collection()), documents(url, Path("/nowhere"))["wfs"]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.geojson", bad)
        archive.writestr("./a.geojson", good)
    (folder / "twice.zip").write_bytes(data.getvalue())
    first, second = packed({"a.geojson": bad.encode()}), packed({"a.geojson": good.encode()})
    (folder / "two_in_one.zip").write_bytes(first + second)
    (folder / "with_remark.zip").write_bytes(second[:-2] + b"\x16\x00" + first[-22:])
