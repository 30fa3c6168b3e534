import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { type Owner, room, write } from './room.ts'

/** A package of a registry: its files by their paths, and what it needs, by exact versions. */
export type Package = {
  readonly name: string
  readonly version: string
  readonly files: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly needs?: Readonly<Record<string, string>>
}

/** A registry of npm that has these packages. */
export async function packageRegistry(owner: Owner, packages: readonly Package[]): Promise<string> {
  const tarballs = new Map(packages.map(one => [one.name, tarball(owner, one)]))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const one = packages.find(({ name }) => path === `/${name}` || path === `/${name}.tgz`)
    if (one === undefined) return void response.writeHead(404).end('{}')
    const bytes = tarballs.get(one.name) ?? Buffer.alloc(0)
    if (path.endsWith('.tgz')) return void response.end(bytes)
    const { name, version } = one
    const dist = {
      tarball: `http://${request.headers.host}/${name}.tgz`,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    }
    const told = { ...manifest(one), dist }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: told } }))
  }).listen(0, '127.0.0.1')
  owner.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/`
}

const manifest = ({ name, version, bin = {}, needs = {} }: Package) => ({
  ...{ name, version, bin, dependencies: needs },
})

function tarball(owner: Owner, one: Package): Buffer {
  const top = room(owner)
  write(join(top, 'package/package.json'), JSON.stringify(manifest(one)))
  for (const [path, content] of Object.entries(one.files)) {
    const file = join(top, 'package', path)
    write(file, content)
    chmodSync(file, 0o755)
  }
  const file = join(top, 'package.tgz')
  execFileSync('tar', ['-czf', file, '-C', dirname(join(top, 'package')), 'package'])
  return readFileSync(file)
}
