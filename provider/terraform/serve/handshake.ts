// What a CLI says to the plugin through its environment, and the one line that the plugin answers
// with (go-plugin: server.go, client.go). Invariant: the line says protocol 6 whatever the CLI
// speaks, because a CLI that speaks another explains the mismatch to its user better than we could.
import type { PluginAddress } from './plugin-socket';

/** Proof that a CLI runs the plugin, the same for every provider (Terraform: plugin/serve.go). */
export const cookie = {
  name: 'TF_PLUGIN_MAGIC_COOKIE',
  value: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
} as const;

/** Version of the plugin protocol that is spoken. */
export const protocolVersion = 6;

const coreProtocolVersion = 1;

/** What the CLI asked for. */
export interface Invitation {
  /** PEM text of the only certificate that may connect; null for a connection without TLS. */
  readonly clientCertificate: string | null;
  /** Whether the CLI speaks the protocol that the plugin speaks. */
  readonly speaksOurProtocol: boolean;
  /** Whether the line has to say if connections can be shared with a broker. */
  readonly asksAboutSharing: boolean;
}

/** Whether a CLI started this process as its plugin. */
export function isInvited(env: NodeJS.ProcessEnv): boolean {
  return env[cookie.name] === cookie.value;
}

/**
 * Reads the CLI's wishes. A CLI that names no protocol versions is taken to speak ours. With
 * TF_DISABLE_PLUGIN_TLS set the CLI sends no certificate, and the connection is plain.
 */
export function readInvitation(env: NodeJS.ProcessEnv): Invitation {
  const versions = (env['PLUGIN_PROTOCOL_VERSIONS'] || String(protocolVersion)).split(',');
  return {
    clientCertificate: env['PLUGIN_CLIENT_CERT'] || null,
    speaksOurProtocol: versions.some((version) => Number(version) === protocolVersion),
    asksAboutSharing: Boolean(env['PLUGIN_MULTIPLEX_GRPC']),
  };
}

/**
 * The line, newline included. The certificate is base64 without padding, as the client's decoder
 * wants it. The last field is only for clients that ask: older ones would take it for certificate.
 */
export function handshakeLine(
  address: PluginAddress,
  certificate: Buffer | null,
  { asksAboutSharing }: Pick<Invitation, 'asksAboutSharing'>,
): string {
  const fields = [
    coreProtocolVersion,
    protocolVersion,
    address.network,
    address.name,
    'grpc',
    certificate ? certificate.toString('base64').replace(/=+$/, '') : '',
  ];
  return `${[...fields, ...(asksAboutSharing ? [false] : [])].join('|')}\n`;
}
