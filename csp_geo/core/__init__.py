"""What every floor stands on: errors, contracts, settings, storage, wording, disclosure."""
