# SPDX-License-Identifier: GPL-3.0-or-later
"""One VM of scripts/vm: its run directory, QEMU, and its output streams."""

import contextlib
import fcntl
import os
import secrets
import selectors
import shlex
import shutil
import socket
import subprocess
import tempfile
import time

PROJECT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
SCRIPTS = os.path.join(PROJECT, "scripts")
VM = os.path.join(PROJECT, "build/vm")
KERNEL = os.path.join(VM, "linux")
OUT = os.path.join(VM, "out")
SYSTEMD = "/lib/systemd/systemd"
DUMP_LIMIT = 20  # seconds for a VM that hangs to print its state


class NoVM(Exception):
    """The VM can't be started, or died before the command did."""


class TimeUp(Exception):
    pass


class Hung(Exception):
    """The VM gave no sign of life: neither its kernel nor its processes run."""


class Stream:
    """One output stream of the VM: passes bytes on, and picks out the lines that begin with the mark."""

    def __init__(self, mark, sink):
        self.mark, self.sink = mark, sink
        self.read_fd, self.write_fd = os.pipe()
        self.pending = b""
        self.ready, self.code = False, None

    def feed(self, data):
        self.pending += data
        while True:
            at = self.pending.find(self.mark)
            if at < 0:
                break
            end = self.pending.find(b"\n", at)
            if end < 0:
                self.emit(at)
                return
            words = self.pending[at:end].split()
            self.emit(at)
            self.pending = self.pending[end + 1 - at :]
            if words[1:] == [b"ready"]:
                self.ready = True
            elif words[1:] != [b"alive"]:
                self.code = int(words[2])
        # The tail may be the beginning of a mark.
        keep = next((n for n in range(min(len(self.mark) - 1, len(self.pending)), 0, -1)
                     if self.mark.startswith(self.pending[-n:])), 0)
        self.emit(len(self.pending) - keep)

    def emit(self, count):
        data, self.pending = self.pending[:count], self.pending[count:]
        while data and self.sink is not None:
            try:
                data = data[os.write(self.sink, data) :]
            except BrokenPipeError:
                self.sink = None


class Machine:
    """One VM: its QEMU and its run directory; end() removes both.

    spec has cpus, memory (as for QEMU), systemd (boot it), append (for the kernel's command line) and silence (seconds
    without a sign of life after which it hangs); job is the text of a shell script that becomes the command.
    """

    def __init__(self, spec, accel, job):
        self.spec, self.accel, self.job = spec, accel, job
        self.mark = secrets.token_hex(16).encode()
        self.children = []
        self.dir = self.lock = None

    def start(self, sinks):
        # This process holds the lock until it ends, so the next call recognises a directory left by
        # kill -9. The directory gets its name only after the lock, or another call could remove it.
        self.dir = tempfile.mkdtemp(prefix="new.", dir=VM)
        self.lock = os.open(os.path.join(self.dir, "lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        named = os.path.join(VM, "run." + os.path.basename(self.dir)[len("new.") :])
        os.rename(self.dir, named)
        self.dir = named
        self.streams = [Stream(self.mark, sink) for sink in sinks]
        self.write_initrd()
        self.spawn(self.qemu_command(), "qemu", [s.write_fd for s in self.streams])
        for stream in self.streams:
            os.close(stream.write_fd)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write_initrd(self):
        conf = {"mark": self.mark.decode(), "project": PROJECT, "workdir": os.getcwd(),
                "systemd": SYSTEMD if self.spec.systemd else "",
                "release": open(os.path.join(KERNEL, "release")).read().strip()}
        with open(self.path("vm.conf"), "w") as f:
            f.writelines(f"{key}={shlex.quote(value)}\n" for key, value in conf.items())
        with open(self.path("job"), "w") as f:
            f.write(self.job)
        for source, name in (("vm-init", "init"), ("vm-guest", "vm-guest")):
            shutil.copyfile(os.path.join(SCRIPTS, source), self.path(name))
            os.chmod(self.path(name), 0o755)
        names = b"init\nvm-guest\nvm.conf\njob\n"
        added = subprocess.run(["cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet"], cwd=self.dir,
                               input=names, stdout=subprocess.PIPE, check=True).stdout
        with open(self.path("initrd"), "wb") as f, open(os.path.join(KERNEL, "initramfs.cpio"), "rb") as base:
            shutil.copyfileobj(base, f)
            f.write(added)

    def spawn(self, command, name, fds=()):
        # If this process is killed, the kernel kills the child.
        with open(self.path(name + ".log"), "wb") as log:
            child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--"] + command, cwd=self.dir, pass_fds=fds,
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.children.append((name, child))

    def qemu_command(self):
        accel = ["-accel", "kvm", "-cpu", "host"] if self.accel == "kvm" else \
                ["-accel", "tcg,thread=multi", "-cpu", "max"]
        command = ["qemu-system-x86_64", "-M", "q35", *accel,
                   "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "unix:monitor,server=on,wait=off",
                   "-smp", str(self.spec.cpus), "-m", self.spec.memory,
                   "-kernel", os.path.join(KERNEL, "vmlinuz"), "-initrd", "initrd",
                   "-serial", "file:console.log", "-device", "virtio-serial-pci"]
        # QEMU closes and reopens files of a 9p share to stay below its limit of descriptors. virtiofsd does not: it
        # holds one for each file that the VM's kernel caches.
        for tag, path, access in (("host", "/", "on"), ("out", OUT, "off")):
            command += ["-fsdev", f"local,id={tag},path={path.replace(',', ',,')},security_model=none,"
                        f"multidevs=remap,readonly={access}", "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]
        for nr, stream in enumerate(self.streams, 1):
            command += ["-add-fd", f"fd={stream.write_fd},set={nr}",
                        "-chardev", f"file,id=stream{nr},path=/dev/fdset/{nr},append=on",
                        "-device", f"virtserialport,chardev=stream{nr},nr={nr}"]
        return command + ["-append", "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off psi=1 "
                          "systemd.unified_cgroup_hierarchy=1 cgroup_no_v1=all unknown_nmi_panic panic_print=0x41 " +
                          self.spec.append]

    def wait(self, boot_limit, limit):
        """Pass output on until the command has ended, and return its exit code."""
        began = heard = time.monotonic()
        with selectors.DefaultSelector() as selector:
            for stream in self.streams:
                selector.register(stream.read_fd, selectors.EVENT_READ, stream)
            while any(s.code is None for s in self.streams):
                spent = time.monotonic() - began
                booted = self.streams[1].ready
                if limit and spent > limit:
                    raise TimeUp()
                if not booted and spent > boot_limit:
                    raise NoVM(f"it has not booted within {boot_limit} s")
                for key, _ in selector.select(timeout=0.5):
                    heard = time.monotonic()
                    data = os.read(key.fd, 65536)
                    if not data:
                        raise NoVM("it died while the command ran" if booted else "it died while booting")
                    key.data.feed(data)
                if booted and time.monotonic() - heard > self.spec.silence:
                    self.dump()
                    raise Hung(f"no sign of life for {self.spec.silence:g} s; see build/vm/hung.log")
        return self.streams[0].code

    def dump(self):
        """Make a VM that hangs print what its CPUs and tasks do, and keep that: an NMI lets its kernel panic."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(DUMP_LIMIT)
            monitor.connect(os.path.relpath(self.path("monitor")))  # a socket's path has 107 bytes
            monitor.sendall(b"info registers -a\nnmi\n")
            said, until = b"", time.monotonic() + DUMP_LIMIT
            while time.monotonic() < until and (data := monitor.recv(65536)):  # ends with QEMU, after the panic
                said += data
        with contextlib.suppress(OSError, UnboundLocalError), open(os.path.join(VM, "hung.log"), "wb") as log:
            log.write(said)
            with open(self.path("console.log"), "rb") as console:
                shutil.copyfileobj(console, log)

    def why(self):
        """The messages of the parts of a VM that did not start."""
        lines = []
        for name in ("qemu.log", "console.log"):
            try:
                with open(self.path(name), errors="replace") as f:
                    said = [line.strip() for line in f if line.strip()]
            except OSError:
                continue
            # Of a console full of registers, only the reason.
            reasons = [line for line in said if "vm-init:" in line or "panic" in line]
            lines += [f"  {name}: {line}" for line in reasons or said[-8:]]
        return "\n".join(lines)

    def end(self):
        for _, child in reversed(self.children):
            child.kill()
            child.wait()
        if not self.dir:
            return
        if os.path.exists(self.path("console.log")):
            os.replace(self.path("console.log"), os.path.join(VM, "console.log"))
        shutil.rmtree(self.dir, ignore_errors=True)
        os.close(self.lock)
