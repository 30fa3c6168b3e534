import { type Manager, steps, tool } from './manager.ts'

/** Requirements at the top, and below `requirements/`, which may name one another. */
const requirements = /^(?:(?:requirements|constraints)[^/]*|requirements\/[^/]+)\.(?:txt|in)$/

/** `-e .`, `-e lib`, `./lib`, `file:lib`: code of the repository, which is no dependency and lies in the worktree. */
const ownCode = /^\s*(?:(?:-e|--editable)[\s=]+(?!\s*(?:\w+\+|https?:))|(?:\.{1,2}(?:\/|\[|\s|$)|file:))/

/** pip, in a virtual environment. */
export const pip: Manager = {
  name: 'pip',
  language: 'python',
  marks: ['requirements.txt'],
  tools: [tool('python3')],
  reads: path => requirements.test(path) || path === '.python-version',
  trimmed: (_path, text) =>
    text
      .split('\n')
      .map(line => (ownCode.test(line) ? `# left out: ${line.trim()}` : line))
      .join('\n'),
  build: ({ offline }) =>
    steps(
      'python3 -m venv "$DEBUG_SERVER_ENVIRONMENT/venv"',
      `"$DEBUG_SERVER_ENVIRONMENT/venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-cache-dir${offline ? ' --no-index' : ''} --requirement requirements.txt`,
    ),
  offers: directory => ({
    path: [`${directory}/venv/bin`],
    variables: { VIRTUAL_ENV: `${directory}/venv` },
  }),
}
