import { fileName, type Manager, readOnly, steps } from './manager.ts'

const read = new Set(['go.mod', 'go.sum', 'go.work', 'go.work.sum'])

/** Go: the sources of all modules. What is compiled from them belongs to each session, in its home. */
export const go: Manager = {
  name: 'go',
  language: 'go',
  marks: ['go.mod', 'go.work'],
  tools: [{ names: ['go'], version: ['version'] }],
  reads: path => read.has(fileName(path)),
  build: ({ offline }) =>
    steps(
      `export GOMODCACHE="$DEBUG_SERVER_ENVIRONMENT/modules"${offline ? ' GOPROXY=off' : ''}`,
      'go mod download',
      readOnly('modules'),
    ),
  offers: directory => ({ path: [], variables: { GOMODCACHE: `${directory}/modules` } }),
}
