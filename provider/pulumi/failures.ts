// Errors in the forms by which Pulumi's engine understands them. Invariant: one clean sentence for
// the user, no stack and no numeric code (the SDK would pass it on as a gRPC status); whatever
// exists is reported with its id.
import { createRequire } from 'node:module';
import { reasonOf } from '../resources/refusal';
import type { Plain } from './to-plain';

/** What is used of the gRPC library. */
interface GrpcParts {
  readonly status: { readonly UNKNOWN: number };
  readonly Metadata: new () => { add(key: string, value: Buffer): void };
}

/** What the engine is to keep of a resource that is there but not as asked for. */
export interface Kept {
  readonly id: string;
  readonly properties: Readonly<Record<string, Plain>>;
  readonly reasons: readonly string[];
}

/** `error` as an error without stack and code. */
export function cleanError(error: unknown): Error {
  const clean = new Error(reasonOf(error));
  // The SDK prints name and stack into the user's output.
  clean.name = 'cinderkit';
  clean.stack = '';
  return clean;
}

/** The error with which create and update report that a resource exists but is not ready. */
export function initFailed(kept: Kept): Error {
  return Object.assign(cleanError(kept.reasons.join('; ')), kept);
}

/**
 * The error with which read reports the same. The dynamic provider has no form of its own for it,
 * but hands metadata through to the engine as it is.
 */
export function readFailed(kept: Kept, inputs: Readonly<Record<string, Plain>> | null): Error {
  const sdk = createRequire(require.resolve('@pulumi/pulumi'));
  // The SDK's own copies of its libraries; their generated messages have no types.
  const grpc: GrpcParts = sdk('@grpc/grpc-js');
  const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb');
  const { Any } = sdk('google-protobuf/google/protobuf/any_pb');
  const { ErrorResourceInitFailed } = sdk('@pulumi/pulumi/proto/provider_pb');
  const { Status } = sdk('@pulumi/pulumi/proto/status_pb');
  const detail = new ErrorResourceInitFailed();
  detail.setId(kept.id);
  detail.setProperties(Struct.fromJavaScript(kept.properties));
  detail.setReasonsList(kept.reasons);
  if (inputs) detail.setInputs(Struct.fromJavaScript(inputs));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const message = kept.reasons.join('; ');
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  const face = { code: grpc.status.UNKNOWN, details: message, metadata };
  return Object.assign(cleanError(message), face);
}
