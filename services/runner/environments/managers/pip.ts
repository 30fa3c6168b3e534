import { posix } from 'node:path'
import { type Manager, readOnly, steps, tool } from './manager.ts'

/** Requirements at the top, and below `requirements/`; others only where they are named. */
const requirements = /^(?:(?:requirements|constraints)[^/]*|requirements\/[^/]+)\.(?:txt|in)$/

/** `-e .`, `-e lib`, `./lib`, `file:lib`: code of the repository, which is no dependency and lies in the worktree. */
const ownCode = /^\s*(?:(?:-e|--editable)[\s=]+(?!\s*(?:\w+\+|https?:))|(?:\.{1,2}(?:\/|\[|\s|$)|file:))/

/** `-r more.txt`, `--constraint="other file.txt"`: from where the file lies that says so. */
const naming = /^\s*(?:-[rc]\s*|--(?:requirement|constraint)(?:\s+|=))(?:"([^"]+)"|'([^']+)'|(\S+))/

/** Those lines become comments, also where they go on behind a `\`, as with hashes. */
function withoutOwnCode(lines: readonly string[]): string[] {
  let inside: 'own' | 'other' | undefined
  return lines.map(line => {
    const kind = inside ?? (ownCode.test(line) ? 'own' : 'other')
    inside = /\\\s*$/.test(line) ? kind : undefined
    return kind === 'own' ? `# left out: ${line.trim()}` : line
  })
}

/** pip, in a virtual environment. */
export const pip: Manager = {
  name: 'pip',
  language: 'python',
  marks: ['requirements.txt'],
  tools: [tool('python3')],
  reads: path => requirements.test(path) || path === '.python-version',
  trimmed: (_path, text) => withoutOwnCode(text.split('\n')).join('\n'),
  names: (path, text) =>
    text.split('\n').flatMap(line => {
      const [, double, single, plain] = naming.exec(line) ?? []
      const named = double ?? single ?? plain
      return named === undefined ? [] : [posix.join(posix.dirname(path), named)]
    }),
  build: ({ offline }) =>
    steps(
      'python3 -m venv "$DEBUG_SERVER_ENVIRONMENT/venv"',
      `"$DEBUG_SERVER_ENVIRONMENT/venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-cache-dir${offline ? ' --no-index' : ''} --requirement requirements.txt`,
      readOnly('venv'),
    ),
  offers: directory => ({
    path: [`${directory}/venv/bin`],
    variables: { VIRTUAL_ENV: `${directory}/venv` },
  }),
}
