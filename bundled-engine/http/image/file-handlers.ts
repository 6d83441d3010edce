// Bytes of images: upload and download, both as streams. Invariant: memory does not grow with the
// size of an image, and a reply's length is known before its first byte.
import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { imageRoutes } from '../../../schema/wire/images';
import type { ByteRange } from '../../image-files';
import type { Parts } from '../../parts';
import { driverOf } from '../../operations/operation-context';
import { mayLend } from '../../operations/volume-source';
import type { ImageRow } from '../../records/rows/image-row';
import { findVolume } from '../../records/volumes';
import { headerOf } from '../request-url';
import { Answer, sent } from '../serve-route';
import type { HandlersOf } from '../serve-route';
import { patienceBytes } from '../read-json';
import { parseRange } from './byte-range';
import { ownImage, seenImage } from './find-image';
import { imageFaults } from './image-faults';
import { hasBytes, volumeBehind } from './image-view';
import { uploadImage } from './upload-image';
import { volumeBytes } from './volume-bytes';

type FileRoutes = Pick<typeof imageRoutes, 'uploadImage' | 'downloadImage'>;

/** Handlers of the routes about bytes. */
export const fileHandlers: HandlersOf<FileRoutes> = {
  uploadImage: async (request, parts) => {
    const image = await ownImage(request, parts, 'upload data to');
    const { raw } = request;
    const declared = headerOf(raw, 'content-length');
    const declaredBytes = declared === undefined ? null : Number(declared);
    // A body of no bytes reaches us as none at all.
    const stream = raw.body instanceof Readable ? raw.body : Readable.from([]);
    try {
      await uploadImage(parts, image, { stream, declaredBytes });
    } catch (error) {
      dropRest(stream);
      throw error;
    }
    return undefined;
  },
  downloadImage: async (request, parts) => {
    const image = await seenImage(request, parts);
    if (image.status === 'deactivated' && !request.caller.isAdmin) {
      throw imageFaults.deactivated({});
    }
    const { sizeBytes } = image;
    if (!hasBytes(image) || sizeBytes === null) return new Answer({ status: 204 });
    const range = parseRange(headerOf(request.raw, 'range'), sizeBytes);
    const whole = { startByte: 0, endByte: sizeBytes - 1 };
    const { startByte, endByte } = range ?? whole;
    const { reply } = request;
    reply.code(range ? 206 : 200).headers({
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(endByte - startByte + 1),
      'Accept-Ranges': 'bytes',
      ...(range ? { 'Content-Range': `bytes ${startByte}-${endByte}/${sizeBytes}` } : {}),
      ...(range || image.checksum === null ? {} : { 'Content-MD5': image.checksum }),
    });
    if (request.raw.method === 'HEAD') endWithoutBody(reply);
    else if (sizeBytes === 0) reply.send('');
    else reply.send(await bytesOf(parts, image, { startByte, endByte }));
    return sent;
  },
};

/**
 * Lets the client finish sending, so that it reads the refusal and the connection can serve again;
 * one that has too much left to say is cut off.
 */
function dropRest(stream: Readable): void {
  let droppedBytes = 0;
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    droppedBytes += chunk.length;
    if (droppedBytes > patienceBytes) stream.destroy();
  });
}

/** Written by hand: fastify would measure the body that there is not, and send its length. */
function endWithoutBody(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  reply.raw.end();
}

/** Whether the volume may be lent is asked again here: its owner may have changed since. */
async function bytesOf(parts: Parts, image: ImageRow, range: ByteRange): Promise<Readable> {
  const backing = volumeBehind(image);
  if (!backing) return parts.images.read(image.id, range);
  const volume = await findVolume(parts.database, backing.volumeId);
  if (!volume || !mayLend(image, volume)) throw imageFaults.notFound({ id: image.id });
  const reader = await driverOf(parts, volume.pool).openReader({ volume: volume.id });
  return volumeBytes(reader, range);
}
