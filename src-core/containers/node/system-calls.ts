/**
 * System calls of riscv64 (asm-generic/unistd.h) that every container may make: docker's list, without what another
 * kernel interface than this one has. What is not here is refused.
 */
// prettier-ignore
export const ALLOWED_CALLS: Readonly<Record<string, number>> = {
  io_setup: 0, io_destroy: 1, io_submit: 2, io_cancel: 3, io_getevents: 4, setxattr: 5, lsetxattr: 6, fsetxattr: 7,
  getxattr: 8, lgetxattr: 9, fgetxattr: 10, listxattr: 11, llistxattr: 12, flistxattr: 13, removexattr: 14,
  lremovexattr: 15, fremovexattr: 16, getcwd: 17, eventfd2: 19, epoll_create1: 20, epoll_ctl: 21, epoll_pwait: 22,
  dup: 23, dup3: 24, fcntl: 25, inotify_init1: 26, inotify_add_watch: 27, inotify_rm_watch: 28,
  ioprio_set: 30, ioprio_get: 31, flock: 32, mknodat: 33, mkdirat: 34, unlinkat: 35, symlinkat: 36, linkat: 37,
  renameat: 38, statfs: 43, fstatfs: 44, truncate: 45, ftruncate: 46, fallocate: 47, faccessat: 48, chdir: 49,
  fchdir: 50, fchmod: 52, fchmodat: 53, fchownat: 54, fchown: 55, openat: 56, close: 57, pipe2: 59, getdents64: 61,
  lseek: 62, read: 63, write: 64, readv: 65, writev: 66, pread64: 67, pwrite64: 68, preadv: 69, pwritev: 70,
  sendfile: 71, pselect6: 72, ppoll: 73, signalfd4: 74, vmsplice: 75, splice: 76, tee: 77, readlinkat: 78,
  newfstatat: 79, fstat: 80, sync: 81, fsync: 82, fdatasync: 83, sync_file_range2: 84, sync_file_range: 84,
  timerfd_create: 85, timerfd_settime: 86, timerfd_gettime: 87, utimensat: 88, capget: 90, capset: 91, exit: 93,
  exit_group: 94, waitid: 95, set_tid_address: 96, futex: 98, set_robust_list: 99, get_robust_list: 100,
  nanosleep: 101, getitimer: 102, setitimer: 103, timer_create: 107, timer_gettime: 108, timer_getoverrun: 109,
  timer_settime: 110, timer_delete: 111, clock_gettime: 113, clock_getres: 114, clock_nanosleep: 115, ptrace: 117,
  sched_setparam: 118, sched_setscheduler: 119, sched_getscheduler: 120, sched_getparam: 121, sched_setaffinity: 122,
  sched_getaffinity: 123, sched_yield: 124, sched_get_priority_max: 125, sched_get_priority_min: 126,
  sched_rr_get_interval: 127, restart_syscall: 128, kill: 129, tkill: 130, tgkill: 131, sigaltstack: 132,
  rt_sigsuspend: 133, rt_sigaction: 134, rt_sigprocmask: 135, rt_sigpending: 136, rt_sigtimedwait: 137,
  rt_sigqueueinfo: 138, rt_sigreturn: 139, setpriority: 140, getpriority: 141, setregid: 143, setgid: 144,
  setreuid: 145, setuid: 146, setresuid: 147, getresuid: 148, setresgid: 149, getresgid: 150, setfsuid: 151,
  setfsgid: 152, times: 153, setpgid: 154, getpgid: 155, getsid: 156, setsid: 157, getgroups: 158, setgroups: 159,
  uname: 160, getrlimit: 163, setrlimit: 164, getrusage: 165, umask: 166, prctl: 167, getcpu: 168, gettimeofday: 169,
  getpid: 172, getppid: 173, getuid: 174, geteuid: 175, getgid: 176, getegid: 177, gettid: 178, sysinfo: 179,
  mq_open: 180, mq_unlink: 181, mq_timedsend: 182, mq_timedreceive: 183, mq_notify: 184, mq_getsetattr: 185,
  msgget: 186, msgctl: 187, msgrcv: 188, msgsnd: 189, semget: 190, semctl: 191, semtimedop: 192, semop: 193,
  shmget: 194, shmctl: 195, shmat: 196, shmdt: 197, socketpair: 199, bind: 200, listen: 201, accept: 202,
  connect: 203, getsockname: 204, getpeername: 205, sendto: 206, recvfrom: 207, setsockopt: 208, getsockopt: 209,
  shutdown: 210, sendmsg: 211, recvmsg: 212, readahead: 213, brk: 214, munmap: 215, mremap: 216, execve: 221,
  mmap: 222, fadvise64: 223, mprotect: 226, msync: 227, mlock: 228, munlock: 229, mlockall: 230, munlockall: 231,
  mincore: 232, madvise: 233, remap_file_pages: 234, rt_tgsigqueueinfo: 240, accept4: 242, recvmmsg: 243,
  riscv_hwprobe: 258, riscv_flush_icache: 259, wait4: 260, prlimit64: 261, name_to_handle_at: 264, syncfs: 267,
  sendmmsg: 269, process_vm_readv: 270, process_vm_writev: 271, sched_setattr: 274, sched_getattr: 275,
  renameat2: 276, seccomp: 277, getrandom: 278, memfd_create: 279, execveat: 281, membarrier: 283, mlock2: 284,
  copy_file_range: 285, preadv2: 286, pwritev2: 287, pkey_mprotect: 288, pkey_alloc: 289, pkey_free: 290, statx: 291,
  io_pgetevents: 292, rseq: 293, pidfd_send_signal: 424, pidfd_open: 434, close_range: 436, openat2: 437,
  faccessat2: 439, process_madvise: 440, epoll_pwait2: 441, landlock_create_ruleset: 444, landlock_add_rule: 445,
  landlock_restrict_self: 446, memfd_secret: 447, process_mrelease: 448, futex_waitv: 449, cachestat: 451,
  fchmodat2: 452, futex_wake: 454, futex_wait: 455, futex_requeue: 456, mseal: 462, setxattrat: 463, getxattrat: 464,
  listxattrat: 465, removexattrat: 466,
};

/** Allowed besides, with a capability: what changes the system needs it anyway. */
export const CALLS_BY_CAPABILITY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  CAP_SYS_CHROOT: { chroot: 51 },
  CAP_SYS_ADMIN: {
    ...{ umount2: 39, mount: 40, unshare: 97, syslog: 116, sethostname: 161, setdomainname: 162, setns: 268 },
    ...{ perf_event_open: 241, fanotify_init: 262, fanotify_mark: 263, bpf: 280, quotactl: 60, pivot_root: 41 },
    ...{ open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433, mount_setattr: 442 },
    ...{ clone: 220, clone3: 435 },
  },
  CAP_SYS_TIME: { clock_settime: 112, settimeofday: 170, adjtimex: 171, clock_adjtime: 266 },
  CAP_SYS_PACCT: { acct: 89 },
  CAP_SYS_PTRACE: { kcmp: 272, pidfd_getfd: 438 },
  CAP_SYS_NICE: { mbind: 235, get_mempolicy: 236, set_mempolicy: 237, set_mempolicy_home_node: 450 },
  CAP_SYSLOG: { syslog: 116 },
  CAP_BPF: { bpf: 280 },
  CAP_PERFMON: { perf_event_open: 241 },
  CAP_DAC_READ_SEARCH: { open_by_handle_at: 265 },
  CAP_SYS_TTY_CONFIG: { vhangup: 58 },
};

export const IOCTL_CALL = 29;
export const SOCKET_CALL = 198;
export const PERSONALITY_CALL = 92;
export const CLONE_CALL = 220;
export const CLONE3_CALL = 435;
