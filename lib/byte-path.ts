/** A path of bytes, for names are in no encoding: what has this name in a directory. */
export const below = (directory: Buffer, name: Uint8Array): Buffer =>
  Buffer.concat([directory, Buffer.from('/'), name])
