import { type Manager, readOnly, steps, tool } from './manager.ts'

const files = ['environment.yml', 'environment.yaml'] as const

/** mamba, micromamba or conda, whichever is there. The prefix is where it stays, for conda writes its path into it. */
export const conda: Manager = {
  name: 'conda',
  language: 'python',
  marks: files,
  tools: [tool('micromamba', 'mamba', 'conda')],
  reads: path => files.some(file => file === path),
  build: ({ tool, files: given, offline }) => {
    const file = files.find(one => given.has(one)) ?? files[0]
    const create = tool === 'micromamba' ? 'micromamba create --yes' : `${tool} env create`
    return steps(
      'export CONDA_PKGS_DIRS="$DEBUG_SERVER_ENVIRONMENT/cache"',
      `${create}${offline ? ' --offline' : ''} --prefix "$DEBUG_SERVER_ENVIRONMENT/conda" --file ${file}`,
      'rm -rf "$CONDA_PKGS_DIRS"',
      readOnly('conda'),
    )
  },
  offers: directory => ({
    path: [`${directory}/conda/bin`],
    variables: { CONDA_PREFIX: `${directory}/conda`, CONDA_DEFAULT_ENV: `${directory}/conda` },
  }),
}
