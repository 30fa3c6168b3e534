const longest = 32

/** What a server is called here, where nobody says: the last part of its name in the catalogue, in letters that a name may have. */
export function serverNameFor(entryName: string): string {
  const last = entryName.split('/').at(-1) ?? entryName
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, longest)
    .replace(/_+$/, '')
  return name === '' ? 'server' : name
}
