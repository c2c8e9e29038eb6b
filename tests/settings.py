"""The server's own settings for tests: data in a folder of its own, fast passwords, a database file a process."""

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="loper-test-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["LOPER_DATA"] = _data
os.environ["LOPER_MFA"] = "may"  # tests sign in by name; tests/server/test_second_step.py has it as it comes

from loper.server.settings import *  # noqa: E402, F403
from loper.server.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, as in real life: several connections see the same data, under the same locks.
    DATABASES["default"]["TEST"] = {"NAME": f"{_data}/test.sqlite3"}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"loper_test_{os.getpid()}"}
