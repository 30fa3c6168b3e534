import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t from 'tap'
import type { Tree } from '../rig.ts'

/**
 * A uv that is none: it records how it is called, waits while it is held, fails where the lock file says so, and leaves a
 * program behind that tells what the environment was made of. For what environments are about, whoever builds them.
 */
const directory = mkdtempSync(join(tmpdir(), 'uv-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

const program = `#!/bin/sh
if [ "$1" = --version ]; then echo 'uv 1.0 (stand-in)'; exit; fi
echo "$*" >> '${directory}/calls'
echo "resolving $(cat uv.lock)"
while [ -e '${directory}/hold' ]; do sleep 0.1; done
if grep -q broken uv.lock; then echo "error: $TOKEN is no key for broken" >&2; exit 2; fi
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin" "$UV_CACHE_DIR"
find . -type f | sort > "$UV_PROJECT_ENVIRONMENT/saw"
cp uv.lock "$UV_PROJECT_ENVIRONMENT/lock"
printf '#!/bin/sh\\ncat "%s/lock"\\n' "$UV_PROJECT_ENVIRONMENT" > "$UV_PROJECT_ENVIRONMENT/bin/show-lock"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/show-lock"
echo installed
`
mkdirSync(join(directory, 'bin'))
writeFileSync(join(directory, 'bin', 'uv'), program, { mode: 0o755 })

/** PATH of a runner that finds it. */
export const path = [join(directory, 'bin'), process.env.PATH].join(delimiter)

/** How it was called to build, so far. */
export function calls(): string[] {
  try {
    return readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}

export const forgetCalls = () => rmSync(join(directory, 'calls'), { force: true })

/** Has builds wait until it is disposed of. */
export function hold(): Disposable {
  const file = join(directory, 'hold')
  writeFileSync(file, '')
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

/** A project that uses it. */
export const project = (lock = 'one'): Tree => ({
  'uv.lock': `${lock}\n`,
  'pyproject.toml': '[project]\nname = "demo"\n',
  'app.py': 'print(1)\n',
})
