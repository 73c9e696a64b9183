"""By which numbers a sender counted its lines, in the order in which they came. [FW-3]"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firewall_audit.store.layout import Manifest, events_file
from firewall_audit.store.shelf import Store

COLUMNS = ["host", "sequence", "place"]


def numbers(store: Store, manifest: Manifest) -> Iterator[tuple[str, list[int]]]:
    """Yield hosts with the numbers of their lines, part by part; lines without a number are left out."""
    folder = store.batches / manifest.batch
    for part in manifest.parts:
        files = [events_file(folder, manifest.edition, part.number, piece) for piece in part.pieces]
        found = [pq.read_table(file, columns=COLUMNS) for file in files]
        tables = [
            one.filter(pc.is_valid(one["sequence"])) for one in found if one["sequence"].null_count < one.num_rows
        ]
        if not tables:
            continue
        hosts = [one.set_column(0, "host", one["host"].cast(pa.string())) for one in tables]
        table = pa.concat_tables(hosts).sort_by("place")
        for host in pc.unique(table["host"]).to_pylist():
            yield host or "", table.filter(pc.equal(table["host"], host))["sequence"].to_pylist()
