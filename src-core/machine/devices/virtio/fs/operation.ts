import type { RequestBody, RequestHeader } from './request.ts';
import type { SharedFolder } from './shared-folder.ts';

export interface FuseRequest {
  readonly header: RequestHeader;
  /** What stands behind the header; of a WRITE, without the data. */
  readonly body: Uint8Array;
  /** The data of a WRITE, in guest memory. */
  readonly data: readonly Uint8Array[];
  /** Where the data of a READ goes, in guest memory. */
  readonly room: readonly Uint8Array[];
  /** Bytes that a reply may have behind its header. */
  readonly roomBytes: number;
}

/** What a request is answered with: bytes; how many bytes of `room` were filled; or the negative of an error number. */
export type FuseReply = Uint8Array | number;

export interface Operation {
  (folder: SharedFolder, body: RequestBody, request: FuseRequest): FuseReply;
}
