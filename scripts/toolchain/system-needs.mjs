// The programs that come from the system's own packages: what each is needed for, how it is found,
// and what brings it on Debian. Invariant: a need names a program that is really run by the engine,
// an example or a test; nothing is installed "just in case".

/**
 * @typedef {object} SystemNeed
 * @property {string} command the program whose presence counts
 * @property {string} debian the Debian package that has it
 * @property {string} purpose what cannot be done without it
 * @property {string[]} versionArgs how it is asked for its version
 * @property {boolean} optional whether one can do without
 */

/** Needs by the names that the command line takes. @type {Record<string, SystemNeed>} */
export const systemNeeds = {
  qemu: {
    command: 'qemu-img',
    debian: 'qemu-utils',
    purpose: 'the qcow2 driver and images',
    versionArgs: ['--version'],
    optional: false,
  },
  ext4: {
    command: 'mkfs.ext4',
    debian: 'e2fsprogs',
    purpose: "filling the example's disk image",
    versionArgs: ['-V'],
    optional: false,
  },
  sfdisk: {
    command: 'sfdisk',
    debian: 'fdisk',
    purpose: "the partition table of the example's disk image",
    versionArgs: ['--version'],
    optional: false,
  },
  xfs: {
    command: 'mkfs.xfs',
    debian: 'xfsprogs',
    purpose: 'tests of clones by reflink',
    versionArgs: ['-V'],
    optional: true,
  },
  btrfs: {
    command: 'mkfs.btrfs',
    debian: 'btrfs-progs',
    purpose: 'tests of clones by reflink',
    versionArgs: ['--version'],
    optional: true,
  },
  openstack: {
    command: 'openstack',
    debian: 'python3-openstackclient',
    purpose: 'the test with the OpenStack command line client',
    versionArgs: ['--version'],
    optional: true,
  },
};
