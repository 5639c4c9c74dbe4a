"""ipyparallel as it is, on tsparallel's controller. A comment `# → …` is what the line above it prints; tests check that.

    python drop_in.py [path of tsparallel's ipcontroller]
"""

import sys

import ipyparallel as ipp
from joblib import Parallel, delayed, parallel_config
from traitlets.config import Config

ipcontroller = sys.argv[1] if len(sys.argv) > 1 else "node_modules/.bin/ipcontroller"


def square(x):
    return x * x


config = Config()
config.ControllerLauncher.controller_cmd = [ipcontroller]
# Where Dask is: needed for become_dask only, and only when the command `dask` is not on the PATH.
config.ControllerLauncher.controller_args = [f'--dask-scheduler-command="{sys.executable}" -m dask scheduler']

with ipp.Cluster(n=3, config=config) as rc:
    view = rc[:]
    print(view.apply_sync(square, 5))
    # → [25, 25, 25]

    balanced = rc.load_balanced_view()
    first = balanced.set_flags(label="first").apply_async(square, 6)
    with balanced.temp_flags(after=first, label="second"):
        second = balanced.apply_async(square, 7)
    print(first.get(), second.get())
    # → 36 49

    coalesced = rc.broadcast_view(is_coalescing=True)
    print(coalesced.apply_sync(square, 8))
    # → [64, 64, 64]

    found = rc.db_query({"label": {"$glob": "*"}}, keys=["label"])
    print(sorted(record["label"] for record in found))
    # → ['first', 'second']
    again = rc.resubmit(second.msg_ids)
    print(again.get())
    # → [49]

    dask = rc.become_dask()
    print(dask.submit(sum, dask.map(square, range(10))).result())
    # → 285
    dask.close()
    rc.stop_dask()

    view.use_cloudpickle()
    balanced.register_joblib_backend("cluster")
    with parallel_config(backend="cluster"):
        print(Parallel(n_jobs=-1)(delayed(square)(x) for x in range(6)))
        # → [0, 1, 4, 9, 16, 25]
