import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Programs that stand for those that are not to be had here. */
const fakeConda = join(import.meta.dirname, 'fake-conda.mjs')

const condaScript = (name: string): string =>
  `#!/bin/sh\nFAKE_CONDA_NAME=${name} exec ${process.execPath} ${fakeConda} "$@"\n`

export function writeProgram(path: string, text: string): string {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** Puts a program of this name into a directory. */
export const putConda = (directory: string, name = 'conda'): string =>
  writeProgram(join(directory, name), condaScript(name))

/**
 * Takes the arguments of Miniconda's installer, and refuses what that refuses. With FAKE_INSTALLER_HANG it never ends,
 * half-way; with FAKE_INSTALLER_FAIL it fails there.
 */
export const fakeInstaller = `#!/bin/bash
[ "$1" = -b ] && [ "$2" = -p ] && [ -n "$3" ] || { echo "usage: installer -b -p DIR" >&2; exit 2; }
echo "{\\"installer\\":\\"$3\\",\\"verify\\":\\"$CONDA_SSL_VERIFY\\"}" >> "$FAKE_CONDA_LOG"
[ -e "$3" ] && { echo "ERROR: File or directory already exists: '$3'" >&2; exit 1; }
mkdir -p "$3/bin" "$3/pkgs" || exit 1
echo "unpacking payload ..."
if [ -n "$FAKE_INSTALLER_FAIL" ]; then echo "installer: no room" >&2; exit 1; fi
if [ -n "$FAKE_INSTALLER_HANG" ]; then
  echo "{\\"hanging\\":\\"installer\\"}" >> "$FAKE_CONDA_LOG"
  while :; do sleep 1; done
fi
cat > "$3/bin/conda" <<'SCRIPT'
${condaScript('conda')}SCRIPT
chmod +x "$3/bin/conda"
echo "installation finished."
`

/** A Python as Debian has it without python3-venv: everything but ensurepip. */
export function putPythonWithoutVenv(directory: string, python: string): void {
  writeFileSync(join(directory, 'sitecustomize.py'), "import sys\nsys.modules['ensurepip'] = None\n")
  const script = `#!/bin/sh\nPYTHONPATH=${directory} exec ${python} "$@"\n`
  for (const name of ['python3', 'python3.11', 'python']) writeProgram(join(directory, name), script)
}
