/**
 * A Content-Disposition that has a file saved under the last part of `path` (RFC 6266). Old clients read the plain form,
 * which is ASCII with everything replaced that could end it or lead elsewhere; the others read the whole name, encoded.
 */
export function attachment(path: string): string {
  const name = path.split('/').at(-1) ?? ''
  const plain = name.replaceAll(/[^\w.() -]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
