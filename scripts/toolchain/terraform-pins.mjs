// What the toolchain gets for the stories of Terraform's side, in one place. Invariant: nothing
// here is "latest"; a change of a version is a change of this file and of the go.mod or
// package-lock.json that it names, and makes what the cache holds stale.

/** Oldest Terraform on PATH that is used: the first with provider functions and `moved` types. */
export const oldestTerraform = '1.8.0';

/** Oldest OpenTofu on PATH that is used as it is. */
export const oldestTofu = '1.8.0';

/** OpenTofu built from source: its go.mod asks for this Go, and replaces one module of its own. */
export const goTofu = {
  version: '1.12.6',
  folder: 'tofu-cli',
  package: 'github.com/opentofu/opentofu/cmd/tofu',
  binary: 'tofu',
  oldestGo: '1.26.6',
  // The linker flags of OpenTofu's own releases; without them it calls itself 1.12.6-dev.
  flags: ['-ldflags', '-w -s -X github.com/opentofu/opentofu/version.dev=no'],
};

/**
 * The provider that the benchmarks compare with: the newest release that the module proxy serves
 * with a checksum (its 2.x and 3.x were not to be had in November 2026 where it was tried).
 */
export const goPeerProvider = {
  version: '1.54.1',
  folder: 'peer-provider',
  package: 'github.com/terraform-provider-openstack/terraform-provider-openstack',
  binary: 'terraform-provider-openstack',
  address: 'registry.terraform.io/terraform-provider-openstack/openstack',
  oldestGo: '1.22.0',
  flags: ['-ldflags', '-w -s'],
};

/**
 * Command lines of the two CDKs, from npm: one folder with a package-lock.json each. That of CDKTF
 * brings a Node of its own on the platforms that have one as a package: the binaries for its
 * terminal fit Node up to 22, and there will be no others.
 */
export const cdkClis = {
  cdktf: { version: '0.21.0', package: 'cdktf-cli', bringsNode: true },
  cdktn: { version: '0.24.0', package: 'cdktn-cli', bringsNode: false },
};
