"""The ground under the map: files of streets, water, addresses and places that people download."""
