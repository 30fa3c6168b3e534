import { fileName, type Manager, readOnly, steps, tool } from './manager.ts'

const read = /^(?:Cargo\.lock|\.cargo\/config(?:\.toml)?|rust-toolchain(?:\.toml)?)$/

/** Cargo: the sources of all crates. What is compiled from them belongs to each session, in its `target`. */
export const cargo: Manager = {
  name: 'cargo',
  language: 'rust',
  marks: ['Cargo.lock'],
  locking: 'cargo generate-lockfile',
  tools: [tool('cargo')],
  reads: path => read.test(path) || fileName(path) === 'Cargo.toml',
  // A manifest whose targets are not there is none.
  sees: path => path.endsWith('.rs'),
  build: ({ offline }) =>
    steps(
      'export CARGO_HOME="$DEBUG_SERVER_ENVIRONMENT/cargo"',
      `cargo fetch --locked${offline ? ' --offline' : ''}`,
      readOnly('cargo'),
    ),
  offers: directory => ({ path: [], variables: { CARGO_HOME: `${directory}/cargo` } }),
}
