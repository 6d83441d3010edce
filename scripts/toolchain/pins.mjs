// What the toolchain gets, in one place: versions that are known to work together, and why they are
// these. Invariant: nothing here is "latest"; a change of a version is a change of this file or of a
// go.mod next to it, and gives a new folder in the cache.

/** Oldest Pulumi CLI on PATH that is used as it is. */
export const oldestPulumi = '3.200.0';

/** The npm package `pulumi`, which downloads the CLI of its own version from get.pulumi.com. */
export const npmPulumi = '3.265.0';

/** Where that npm package downloads from; asked first, so that no network is a quick plain answer. */
export const npmPulumiDownloads = 'https://get.pulumi.com/install.sh';

/**
 * The CLI built from source: the newest version of `pkg/v3` that every Go module proxy we tried
 * serves. The folder holds its go.mod and go.sum.
 */
export const goPulumi = {
  version: '3.259.0',
  folder: 'pulumi-cli',
  package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  binary: 'pulumi',
};

/**
 * The Node language host built from source. Its present module has no tags and is not served by
 * every proxy; `sdk/v3@v3.68.0` is the last one that still carries the host, so it has a go.mod apart
 * from the CLI's. The two speak the same gRPC protocol, whose old calls the CLI still accepts.
 */
export const goLanguageHost = {
  version: '3.68.0',
  folder: 'pulumi-language-nodejs',
  package: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
  binary: 'pulumi-language-nodejs',
};

/** Go module that carries the shell script which starts dynamic providers, and its place in there. */
export const goDynamicProvider = {
  module: 'github.com/pulumi/pulumi/sdk/v3',
  file: 'nodejs/dist/pulumi-resource-pulumi-nodejs',
  binary: 'pulumi-resource-pulumi-nodejs',
};

/** Programs without which no Node program with dynamic providers can be run. */
export const pulumiBinaries = [goPulumi.binary, goLanguageHost.binary, goDynamicProvider.binary];

/** Oldest Go that can build: below 1.25.11 it must be at least 1.21, which fetches a newer itself. */
export const oldestGo = { itself: '1.25.11', fetching: '1.21.0' };
