from trials.importers.bulk.merging import Result, merge
from trials.importers.incoming import Incoming

__all__ = ["Incoming", "Result", "merge"]
