// What the toolchain gets, in one place: versions that are known to work together, and why they
// are these. Invariant: nothing here is "latest"; a change of a version is a change of this file or
// of a go.mod next to it, and makes a cached build stale.

/** Oldest Pulumi CLI on PATH that is used as it is. */
export const oldestPulumi = '3.200.0';

/** The npm package `pulumi`, which downloads the CLI of its own version from get.pulumi.com. */
export const npmPulumi = '3.265.0';

/** Where that npm package downloads from; asked first, so that no network is a quick answer. */
export const npmPulumiDownloads = 'https://get.pulumi.com/install.sh';

/**
 * The CLI built from source, a little older than the SDK in package.json: in November 2026 the
 * public module proxy refused `pkg/v3@v3.270.0` (403) where it was tried, and served this one.
 */
export const goPulumi = {
  version: '3.259.0',
  folder: 'pulumi-cli',
  package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  binary: 'pulumi',
};

/**
 * The Node language host built from source, from before it had a module of its own (that module was
 * refused too, in every version tried); `sdk/v3@v3.68.0` carries it, and needs a go.mod apart from
 * the CLI's. The CLI still accepts its older protocol; it ignores `runtime.options` of Pulumi.yaml.
 */
export const goLanguageHost = {
  version: '3.68.0',
  folder: 'pulumi-language-nodejs',
  package: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
  binary: 'pulumi-language-nodejs',
};

/** Go module that carries the script which starts dynamic providers, and its place in there. */
export const goDynamicProvider = {
  module: 'github.com/pulumi/pulumi/sdk/v3',
  file: 'nodejs/dist/pulumi-resource-pulumi-nodejs',
  binary: 'pulumi-resource-pulumi-nodejs',
};

/** Programs without which no Node program with dynamic providers can be run. */
export const pulumiBinaries = [goPulumi.binary, goLanguageHost.binary, goDynamicProvider.binary];

/** Oldest Go that can build by itself, and oldest Go that fetches such a one when it may. */
export const oldestGo = { itself: '1.25.11', fetching: '1.21.0' };
