import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A Python package index and an npm registry on loopback, with the packages that a test makes. */
export type PackageIndex = {
  /** For pip: `--index-url`. */
  readonly simple: string
  /** For npm and its like. */
  readonly registry: string
  /** Paths that were asked for. */
  readonly asked: string[]
  /** A wheel of one module that has this code. */
  wheel(name: string, code: string, version?: string): void
  /** An npm package of one module; `scripts`: those of its manifest. Its integrity, as lock files have it. */
  module(name: string, code: string, scripts?: Record<string, string>): { tarball: string; integrity: string }
}

const version = '1.0.0'

export async function packageIndex(t: Test): Promise<PackageIndex> {
  const directory = mkdtempSync(join(tmpdir(), 'packages-'))
  const files = new Map<string, string | Buffer>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)
    asked.push(path)
    const content = files.get(path)
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': path.startsWith('/simple/')
        ? 'text/html'
        : path.endsWith('gz')
          ? 'application/gzip'
          : 'application/json',
    })
    response.end(content)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    rmSync(directory, { recursive: true, force: true })
  })
  return {
    simple: `${base}/simple/`,
    registry: `${base}/npm/`,
    asked,
    wheel(name, code, number = version) {
      const file = `${name}-${number}-py3-none-any.whl`
      files.set(`/wheels/${file}`, makeWheel(directory, name, number, code))
      files.set(`/simple/${name}/`, `<a href="${base}/wheels/${file}">${file}</a>`)
    },
    module(name, code, scripts = {}) {
      const tarball = makeTarball(directory, { name, version, scripts }, code)
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const url = `${base}/npm/${name}/-/${name}-${version}.tgz`
      files.set(new URL(url).pathname, tarball)
      const manifest = { name, version, scripts, dist: { tarball: url, integrity } }
      files.set(
        `/npm/${name}`,
        JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: manifest } }),
      )
      return { tarball: url, integrity }
    },
  }
}

/** See https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
function makeWheel(directory: string, name: string, number: string, code: string): Buffer {
  const file = join(directory, `${name}.whl`)
  const script = `
import sys, zipfile
file, name, version, code = sys.argv[1:]
info = f"{name}-{version}.dist-info"
entries = {
    f"{name}.py": code,
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
entries[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*entries, f"{info}/RECORD"])
with zipfile.ZipFile(file, "w") as wheel:
    for path, content in entries.items():
        wheel.writestr(path, content)
`
  execFileSync('python3', ['-c', script, file, name, number, code])
  return readFileSync(file)
}

function makeTarball(
  directory: string,
  manifest: { name: string; version: string; scripts: Record<string, string> },
  code: string,
): Buffer {
  const root = mkdtempSync(join(directory, `${manifest.name}-`))
  const folder = join(root, 'package')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'index.js'), code)
  return execFileSync('tar', ['-czf', '-', '-C', root, 'package'])
}
