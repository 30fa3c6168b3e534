import { fileName, type Manager, readOnly, steps, tool } from './manager.ts'

const read = new Set(['uv.lock', 'pyproject.toml', 'uv.toml', '.python-version'])

/** uv, without the project itself and the members of its workspace: see https://docs.astral.sh/uv/reference/cli/#uv-sync */
export const uv: Manager = {
  name: 'uv',
  language: 'python',
  marks: ['uv.lock'],
  locking: 'uv lock',
  tools: [tool('uv')],
  reads: path => read.has(fileName(path)),
  build: ({ offline }) =>
    steps(
      'export UV_PROJECT_ENVIRONMENT="$DEBUG_SERVER_ENVIRONMENT/venv" UV_PYTHON_INSTALL_DIR="$DEBUG_SERVER_ENVIRONMENT/python" UV_CACHE_DIR="$DEBUG_SERVER_ENVIRONMENT/cache" UV_LINK_MODE=copy',
      `uv sync --frozen --no-install-project --no-install-workspace${offline ? ' --offline' : ''}`,
      'rm -rf "$UV_CACHE_DIR"',
      readOnly('venv'),
    ),
  offers: directory => ({
    path: [`${directory}/venv/bin`],
    variables: {
      VIRTUAL_ENV: `${directory}/venv`,
      UV_PROJECT_ENVIRONMENT: `${directory}/venv`,
      // `uv run` would bring it up to date with the worktree, which it is, and which it may not write.
      UV_NO_SYNC: '1',
    },
  }),
}
