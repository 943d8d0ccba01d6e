"""A small extract in the file form of the CRM of docs/real-data.md, made up here.

It has the misspellings and the holes of the real one: a sector and a country that are misspelt, a
product that the price list spells otherwise, parents that stand below their children, deals without
an account and without a day. Each file has a row that cannot be right.
"""

import os

FILES = {
    "accounts": """\
account,sector,year_established,revenue,employees,office_location,subsidiary_of
Mori Foods,retail,2001,251.41,495,Japan,Umibe Trading
Umibe Trading,technolgy,1996,1100.04,2822,United States,
Kawa Clinic,medical,1986,647.18,1185,Philipines,
Hoshi Soft,technolgy,2012,12.3,80,Kenya,Umibe Trading
Yama Media,marketing,1999,90.2,many,Japan,
""",
    "products": """\
product,series,sales_price
GTX Pro,GTX,4821
MG Special,MG,55
""",
    "sales_pipeline": """\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Aoi Kato,GTXPro,Umibe Trading,Won,2016-10-20,2017-03-01,4514
Z063OYW0,Aoi Kato,MG Special,Umibe Trading,Lost,2016-10-25,2017-03-11,0
EC4QE1BX,Ren Abe,MG Special,Mori Foods,Won,2016-10-25,2017-03-07,50
EC4QE1BY,Ren Abe,GTXPro,Mori Foods,Won,2016-11-25,2017-05-31,4700
MV1LWRNH,Ren Abe,GTXPro,,Engaging,2016-10-25,,
PE84CX4O,Ren Abe,MG Special,Kawa Clinic,Engaging,2016-10-28,,
ZNBS69V1,Ren Abe,MG Special,,Prospecting,,,
9ME3374G,Aoi Kato,GTXPro,Kawa Clinic,Lost,2016-10-30,2017-04-02,0
7GN8Q4LL,Aoi Kato,GTXPro,Hoshi Soft,Prospecting,,,
OLK9LKZB,Aoi Kato,GTXPro,Hoshi Soft,Won,2016-11-02,02.30.2017,9
""",
}


def write(folder: str) -> None:
    """Writes the files."""
    for name, text in FILES.items():
        with open(os.path.join(folder, f"{name}.csv"), "w", encoding="utf-8") as file:
            file.write(text)
