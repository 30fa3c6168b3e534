import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

type Published = {
  readonly name: string
  readonly version: string
  /** Beside name and version. */
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly files?: Readonly<Record<string, string>>
}

/** The least that npm takes for its registry, on loopback: it has these packages, and tells what it was asked for. */
export async function npmRegistry(t: Test, packages: readonly Published[]) {
  const directory = mkdtempSync(join(tmpdir(), 'npm-registry-'))
  const asked: string[] = []
  const packed = packages.map(one => ({ ...one, tarball: pack(directory, one) }))
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url)
    asked.push(path)
    const file = packed.find(one => path === `/${one.name}/-/${one.version}.tgz`)
    if (file !== undefined) return void response.end(file.tarball)
    const versions = packed.filter(one => path === `/${one.name}`)
    if (versions.length === 0) return void response.writeHead(404).end('{}')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(packument(base(), versions)))
  })
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })
  const home = join(directory, 'home')
  mkdirSync(home)
  /** What sends npm here, with a cache of its own. */
  const environment = { PATH: process.env.PATH ?? '', HOME: home, npm_config_registry: `${base()}/` }
  return { environment, asked, url: base() }
}

type Packed = Published & { readonly tarball: Buffer }

const packument = (base: string, versions: readonly Packed[]) => ({
  name: versions[0]?.name,
  'dist-tags': { latest: versions.at(-1)?.version },
  versions: Object.fromEntries(
    versions.map(one => [
      one.version,
      {
        ...manifestOf(one),
        dist: {
          tarball: `${base}/${one.name}/-/${one.version}.tgz`,
          integrity: `sha512-${createHash('sha512').update(one.tarball).digest('base64')}`,
        },
      },
    ]),
  ),
})

const manifestOf = ({ name, version, manifest }: Published) => ({ name, version, ...manifest })

function pack(directory: string, one: Published): Buffer {
  const place = mkdtempSync(join(directory, 'package-'))
  const files = { 'package.json': JSON.stringify(manifestOf(one)), ...one.files }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, 'package', name)), { recursive: true })
    writeFileSync(join(place, 'package', name), text, { mode: 0o755 })
  }
  execFileSync('tar', ['-czf', join(place, 'package.tgz'), '-C', place, 'package'])
  return readFileSync(join(place, 'package.tgz'))
}
