"""The map of every page: layers as data, and how Leaflet draws them."""
