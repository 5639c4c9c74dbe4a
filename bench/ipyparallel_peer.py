"""The peer's side of the benchmark: reads one command a line, answers with one JSON line."""

import json
import sys
import time

import ipyparallel as ipp
import numpy as np
import psutil


def echo():
    return None


class Peer:
    def __init__(self):
        self.cluster = None
        self.rc = None

    def start(self, n):
        begin = time.perf_counter()
        self.cluster = ipp.Cluster(n=n, log_level=40)
        self.rc = self.cluster.start_and_connect_sync(activate=False)
        return [(time.perf_counter() - begin) * 1000]

    def stop(self):
        self.rc.close()
        self.cluster.stop_cluster_sync()
        return []

    def direct(self, times):
        return self._time(self.rc[0], times)

    def all(self, times):
        return self._time(self.rc[:], times)

    def balanced(self, times):
        return self._time(self.rc.load_balanced_view(), times)

    def throughput(self, tasks):
        view = self.rc.load_balanced_view()
        begin = time.perf_counter()
        results = [view.apply_async(echo) for _ in range(tasks)]
        for result in results:
            result.get()
        return [tasks / (time.perf_counter() - begin)]

    def push(self, megabytes):
        array = np.zeros(megabytes * 1024 * 1024 // 8)
        begin = time.perf_counter()
        self.rc[0].push({"array": array}, block=True)
        return [megabytes / (time.perf_counter() - begin)]

    def memory(self, tasks):
        """Megabytes that the controller's processes have resident after so many tasks."""
        self.throughput(tasks)
        controller = psutil.Process(self.cluster.controller.pid)
        processes = [controller, *controller.children(recursive=True)]
        return [sum(process.memory_info().rss for process in processes) / 2**20]

    def _time(self, view, times):
        view.apply_sync(echo)
        samples = []
        for _ in range(times):
            begin = time.perf_counter()
            view.apply_sync(echo)
            samples.append((time.perf_counter() - begin) * 1000)
        return samples


peer = Peer()
for line in sys.stdin:
    name, *arguments = line.split()
    print(json.dumps(getattr(peer, name)(*map(int, arguments))), flush=True)
