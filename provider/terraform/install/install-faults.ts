// What can go wrong when the provider is put where Terraform and OpenTofu look for it. Invariant:
// each text says what was found and what to do next.
import { defineFaults } from '../../../schema/kernel/fault';

/** Makers of the faults of `cinderkit terraform ...`. Codes are stable: scripts match them. */
export const installFaults = defineFaults({
  providerMissing: {
    http: 500,
    message: (details: { file: string }) =>
      `could not find the provider at ${details.file}; install the package again, or in a ` +
      'checkout run: npm run build',
  },
  folderUnusable: {
    http: 500,
    message: (details: { path: string; reason: string }) =>
      `could not write ${details.path}: ${details.reason}; ` +
      'make it writable for you, or choose another folder with --plugin-dir',
  },
  fileUnusable: {
    http: 500,
    message: (details: { path: string; reason: string }) =>
      `could not write ${details.path}: ${details.reason}; choose a file that you may write`,
  },
  fileTaken: {
    http: 409,
    message: (details: { path: string }) =>
      `could not write ${details.path}: it holds settings that were not made by this command; ` +
      'choose another file, or copy the printed block into it by hand',
  },
  windowsRefused: {
    http: 400,
    message: () =>
      'could not install the provider on Windows: Terraform and OpenTofu run nothing but .exe ' +
      'files there, and the provider is a script for Node; run this command, and Terraform or ' +
      'OpenTofu, inside WSL',
  },
});
