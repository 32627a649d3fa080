"""Small files in the documented shape of what people download for the ground.

All lie in the toy town (conftest.py): its south-west corner is 544010, 184020.
"""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pyogrio
import shapely

from csp_geo.core.projection import BRITISH_CRS, british_grid

X, Y = 544010, 184020
MOTORWAY = shapely.LineString([(X, Y + 900), (X + 2000, Y + 900)])
EAST_STREET = shapely.LineString([(X + 100, Y + 300), (X + 600, Y + 300)])
LANE = shapely.LineString([(X + 600, Y + 300), (X + 600, Y + 700)])
ALLEY = shapely.LineString([(X + 1200, Y + 1200), (X + 1300, Y + 1200)])
HOUSE = shapely.box(X + 200, Y + 310, X + 212, Y + 322)
PARK = shapely.box(X + 1100, Y + 1100, X + 1500, Y + 1500)
POND = shapely.box(X + 1200, Y + 1250, X + 1250, Y + 1300)
BROOK = shapely.LineString([(X, Y + 1700), (X + 2000, Y + 1700)])
RAIL = shapely.LineString([(X, Y + 1000), (X + 2000, Y + 1000)])
STATION = shapely.Point(X + 700, Y + 1000)
FAR = shapely.LineString([(430000, 434000), (430100, 434000)])


def layer(path, name, columns, shapes, driver="GPKG", **options):
    """Write one layer of a map file."""
    table = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=BRITISH_CRS)
    pyogrio.write_dataframe(
        table, path, layer=name, driver=driver, append=path.exists() and driver == "GPKG", **options
    )
    return path


def open_roads(path, *, far=False):
    """OS Open Roads as one GeoPackage: road_link and road_node."""
    shapes = [MOTORWAY, EAST_STREET, LANE, ALLEY]
    layer(
        path,
        "road_link",
        {
            "id": ["1", "2", "3", "4"],
            "fictitious": [False] * 4,
            "road_classification": ["Motorway", "A Road", "Unclassified", "Unknown"],
            "road_function": ["Motorway", "A Road", "Local Road", "Restricted Local Access Road"],
            "form_of_way": ["Collapsed Dual Carriageway", *["Single Carriageway"] * 3],
            "road_classification_number": ["M1", "A124", None, None],
            "name_1": [None, "East Street", "Back Lane", None],
            "road_structure": [None, None, "Road In Tunnel", None],
        },
        [FAR] * 4 if far else shapes,
    )
    return layer(path, "road_node", {"id": ["1"]}, [shapely.Point(X, Y)])


def map_local(folder, tile="TQ"):
    """OS OpenMap Local's Shapefiles of a square, in a folder as their ZIP has it."""
    home = folder / "OSOpenMapLocal (ESRI Shape File) TQ" / "data"
    home.mkdir(parents=True)

    def write(name, columns, shapes):
        layer(home / f"{tile}_{name}.shp", f"{tile}_{name}", columns, shapes, "ESRI Shapefile")

    write(
        "Road",
        {
            "ID": ["1", "2"],
            "DISTNAME": ["East Street", "Back Lane"],
            "ROADNUMBER": ["A124", None],
            "CLASSIFICA": ["A Road, Collapsed Dual Carriageway", "Local Road"],
        },
        [EAST_STREET, LANE],
    )
    write("RoadTunnel", {"ID": ["3"]}, [ALLEY])
    write("RailwayTrack", {"ID": ["4"], "CLASSIFICA": ["Multi Track"]}, [RAIL])
    write(
        "RailwayStation",
        {"ID": ["5"], "DISTNAME": ["Toytown"], "CLASSIFICA": ["Railway Station"]},
        [STATION],
    )
    write("Building", {"ID": ["6"], "FEATCODE": [15014]}, [HOUSE])
    write("Woodland", {"ID": ["7"], "FEATCODE": [15999]}, [PARK])
    write("SurfaceWater_Area", {"ID": ["8"], "FEATCODE": [15609]}, [POND])
    write("SurfaceWater_Line", {"ID": ["9"], "FEATCODE": [15600]}, [BROOK])
    write(
        "FunctionalSite",
        {
            "ID": ["10", "11"],
            "DISTNAME": ["Toytown Primary School", "Toytown Surgery"],
            "SITETHEME": ["Education", "Medical Care"],
            "CLASSIFICA": ["Primary Education", "Medical Care Accommodation"],
        },
        [HOUSE, POND],
    )
    write(
        "NamedPlace",
        {"ID": ["12"], "DISTNAME": ["Old Toytown"], "CLASSIFICA": ["Populated Place"]},
        [shapely.Point(X + 500, Y + 500)],
    )
    write("Glasshouse", {"ID": ["13"]}, [POND])
    return home


def packed(folder, path):
    """Pack a folder as a ZIP."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder.parent.parent).as_posix())
    return path


def zoomstack(path):
    """OS Open Zoomstack's GeoPackage, but for what it draws for smaller scales."""
    layer(
        path,
        "roads_local",
        {"type": ["Minor", "Local", "Restricted"], "name": ["Back Lane", "", ""], "level": [0] * 3},
        [LANE, BROOK, ALLEY],
    )
    layer(
        path,
        "roads_regional",
        {"type": ["A Road"], "name": ["East Street"], "number": ["A124"]},
        [EAST_STREET],
    )
    layer(path, "roads_national", {"type": ["A Road"], "name": ["East Street"]}, [EAST_STREET])
    layer(path, "rail", {"type": ["Multi Track", "Tunnel"]}, [RAIL, ALLEY])
    layer(path, "railway_stations", {"type": ["Railway Station"], "name": ["Toytown"]}, [STATION])
    layer(path, "greenspace", {"type": ["Public Park Or Garden"]}, [PARK])
    layer(path, "woodland", {"type": ["Local", "National"]}, [POND, PARK])
    layer(path, "surfacewater", {"type": ["Local", "National"]}, [POND, PARK])
    layer(path, "waterlines", {"type": ["Local"], "name": ["The Brook"]}, [BROOK])
    layer(path, "local_buildings", {"uuid": ["1"]}, [HOUSE])
    layer(path, "district_buildings", {"uuid": ["1"]}, [HOUSE])
    layer(path, "contours", {"type": ["Normal"], "height": [10]}, [BROOK])
    return layer(
        path,
        "names",
        {"type": ["Suburban Area", "Landform"], "name1": ["Old Toytown", "The Hill"]},
        [shapely.Point(X + 500, Y + 500), shapely.Point(X + 800, Y + 500)],
    )


def greenspace(path):
    """OS Open Greenspace's GeoPackage."""
    layer(
        path,
        "greenspace_site",
        {
            "id": ["1", "2", "3"],
            "function": ["Public Park Or Garden", "Cemetery", "Tennis Court"],
            "distinctive_name_1": ["Toy Park", None, None],
        },
        [PARK, HOUSE, POND],
    )
    return layer(path, "access_point", {"id": ["1"]}, [STATION])


def open_names(path):
    """OS Open Names' GeoPackage."""
    points = [shapely.Point(X + 100 * i, Y + 50 * i) for i in range(1, 6)]
    return layer(
        path,
        "named_place",
        {
            "name_1": ["Old Toytown", "East Street", "Toytown", "Toytown Primary School", "IG11 7"],
            "type": ["populatedPlace", "transportNetwork", "transportNetwork", "other", "other"],
            "local_type": [
                *("Suburban Area", "Named Road", "Railway Station", "Primary Education"),
                "Postcode",
            ],
        },
        points,
    )


def uprn_csv(path, points, header="UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE"):
    """OS Open UPRN's list."""
    rows = [header]
    for number, (x, y) in enumerate(points):
        lon, lat = british_grid().to_lonlat([[x, y]])[0]
        rows.append(f"{100000000000 + number},{x:.2f},{y:.2f},{lat:.7f},{lon:.7f}")
    path.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8")
    return path


_STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
_STOP = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)


def police(path, months, *, stops=(), force="Metropolitan Police Service"):
    """An archive of police.uk: `months` and `stops` are (month, points) pairs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for month, points in months:
            rows = [_STREET]
            for lon, lat in british_grid().to_lonlat(points):
                place = f"{force},{force},{lon:.6f},{lat:.6f},On or near East Street"
                rows.append(f",{month},{place},E01000001,Barking 001A,Robbery,,")
            archive.writestr(f"{month}/{month}-metropolitan-street.csv", "\n".join(rows) + "\n")
        for month, points in stops:
            rows = [_STOP]
            for lon, lat in british_grid().to_lonlat(points):
                rows.append(
                    f"Person search,{month}-14T10:00:00+00:00,False,,{lat:.6f},{lon:.6f},,,,,,,,,"
                )
            name = f"{month}/{month}-metropolitan-stop-and-search.csv"
            archive.writestr(name, "\n".join(rows) + "\n")
    return path


def osm(path):
    """An extract of OpenStreetMap as XML: a lit street, steps, a footbridge, a park, a school."""
    nodes, ways = [], []

    def way(shape, **tags):
        refs = []
        xy = shapely.get_coordinates(shape)
        closed = bool((xy[0] == xy[-1]).all())
        for x, y in xy[: len(xy) - closed]:
            lon, lat = british_grid().to_lonlat([[x, y]])[0]
            nodes.append(f'<node id="{len(nodes) + 1}" lat="{lat:.7f}" lon="{lon:.7f}"/>')
            refs.append(len(nodes))
        refs += refs[:1] if closed else []
        said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        links = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        ways.append(f'<way id="{len(ways) + 1}">{links}{said}</way>')

    way(EAST_STREET, highway="primary", name="East Street", lit="yes")
    way(LANE, highway="steps")
    way(ALLEY, highway="footway", bridge="yes", lit="no")
    way(MOTORWAY, highway="motorway")
    way(BROOK, waterway="river", name="The Brook")
    way(RAIL, railway="rail")
    way(PARK, leisure="park", name="Toy Park")
    way(HOUSE, building="yes", amenity="school", name="Toytown Primary School")
    lon, lat = british_grid().to_lonlat(shapely.get_coordinates(STATION))[0]
    tags = '<tag k="railway" v="station"/><tag k="name" v="Toytown"/>'
    nodes.append(f'<node id="{len(nodes) + 1}" lat="{lat}" lon="{lon}">{tags}</node>')
    tags = '<tag k="amenity" v="library"/><tag k="name" v="Women\'s Refuge Library"/>'
    nodes.append(f'<node id="{len(nodes) + 1}" lat="{lat}" lon="{lon}">{tags}</node>')
    path.write_text(
        '<?xml version="1.0"?>\n<osm version="0.6">' + "".join(nodes + ways) + "</osm>", "utf-8"
    )
    return path


def gml(path, system="urn:ogc:def:crs:EPSG::27700"):
    """OS OpenMap Local as GML: a road, and an area with a hole."""
    road = " ".join(f"{v:.2f}" for v in shapely.get_coordinates(EAST_STREET).ravel())
    outer, inner = (
        " ".join(f"{v:.2f}" for v in shapely.get_coordinates(shape).ravel())
        for shape in (PARK, POND)
    )
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<os:FeatureCollection xmlns:os="http://namespaces.os.uk/product/1.0"
 xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:oml="http://namespaces.os.uk/Open/Oml/1.0">
<gml:boundedBy><gml:Envelope srsName="{system}"><gml:lowerCorner>0 0</gml:lowerCorner>
<gml:upperCorner>700000 1300000</gml:upperCorner></gml:Envelope></gml:boundedBy>
<os:featureMember><oml:Road gml:id="a1"><oml:geometry><gml:LineString srsName="{system}">
<gml:posList>{road}</gml:posList></gml:LineString></oml:geometry>
<oml:distinctiveName>East Street</oml:distinctiveName>
<oml:classification>B Road</oml:classification></oml:Road></os:featureMember>
<os:featureMember><oml:Woodland gml:id="a2"><oml:geometry><gml:Polygon srsName="{system}">
<gml:exterior><gml:LinearRing><gml:posList>{outer}</gml:posList></gml:LinearRing></gml:exterior>
<gml:interior><gml:LinearRing><gml:posList>{inner}</gml:posList></gml:LinearRing></gml:interior>
</gml:Polygon></oml:geometry></oml:Woodland></os:featureMember>
<os:featureMember><oml:Glasshouse gml:id="a3"><oml:geometry><gml:Point srsName="{system}">
<gml:pos>{X + 10} {Y + 10}</gml:pos></gml:Point></oml:geometry></oml:Glasshouse></os:featureMember>
</os:FeatureCollection>
""",
        "utf-8",
    )
    return path
