/**
 * Parts of the kernel's start that a small virtual machine is better without. Of 1,735 million instructions from reset
 * to user space, 65 % are self-tests of ciphers (`cryptomgr.notests`); the entries below are a third of the rest.
 */
const SKIPPED_INITCALLS = [
  // Self-tests, and an entropy source that measures jitter: the machine has a random number device.
  'jent_mod_init',
  'crypto_kdf108_init',
  'blake2s_mod_init',
  // Keys for signed modules and the key type "encrypted"; the latter starts modprobe several times.
  'load_system_certificate_list',
  'init_encrypted',
  // Names of constants for tracing. (Its neighbour btf_vmlinux_init must stay: each module complains without it.)
  'trace_eval_init',
  // Measures the speed of unaligned access for 24 ms of a simulated processor.
  'check_unaligned_access_all_cpus',
];

/** For Debian's riscv64 kernel in a machine with a virtio console. */
export const TRIMMED_COMMAND_LINE = [
  'console=hvc0',
  'earlycon=sbi',
  'cryptomgr.notests',
  `initcall_blacklist=${SKIPPED_INITCALLS.join(',')}`,
  // Hardening that zeroes every page and object when it is allocated; a page for a program is zeroed anyway.
  'init_on_alloc=0',
  // A panic ends the machine at once, as a reset; without a watchdog's delay it is seen as what it is.
  'panic=-1',
].join(' ');
