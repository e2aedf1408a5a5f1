/**
 * The certificates that may sign Debian's archive, by full fingerprint, as of the package debian-archive-keyring
 * 2025.1. A release is signed by its own keys and, for those who upgrade, by the previous release's.
 */
export const DEBIAN_ARCHIVE_KEYS = [
  // Debian Archive Automatic Signing Key (13/trixie), until 2035-03-28
  '04b54c3cdca79751b16bc6b5225629df75b188bd',
  // Debian Stable Release Key (13/trixie), until 2033-03-22
  '41587f7db8c774bccf131416762f67a0b2c39de4',
  // Debian Archive Automatic Signing Key (12/bookworm), until 2031-01-19
  'b8b80b5b623eab6ad8775c45b7c5d7d6350947f8',
  // Debian Stable Release Key (12/bookworm), until 2031-01-21
  '4d64fec119c2029067d6e791f8d2585b8783d481',
] as const;

/** The package with the certificates, and where they are in it. */
export const KEYRING_PACKAGE = 'debian-archive-keyring';
export const KEYRING_FILE = /^usr\/share\/keyrings\/debian-archive-keyring\.(?:gpg|pgp)$/;
