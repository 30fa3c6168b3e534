import type { CondaTool } from './conda-tool.ts'
import { pythonVariables } from './python-variables.ts'

/** How each of them is told to make or to update an environment from a file. Pure. */
export type CondaAction = 'create' | 'update'

export function condaArguments(
  { flavour }: CondaTool,
  action: CondaAction,
  prefix: string,
  file: string,
): string[] {
  const target = ['--prefix', prefix, '--file', file]
  switch (flavour) {
    case 'conda':
    case 'mamba':
      return ['env', action, ...target, ...(action === 'update' ? ['--prune'] : [])]
    case 'micromamba':
      return action === 'create'
        ? ['create', '--yes', ...target]
        : ['env', 'update', '--yes', ...target, '--prune']
  }
}

/**
 * Older versions of `conda env` have no `--yes`, all of them have the variable. Micromamba has no place of its own for
 * packages, and would take the user's home.
 */
export const condaVariables = (
  { flavour }: CondaTool,
  environment: Readonly<Record<string, string | undefined>>,
  artifacts: string,
): Record<string, string | undefined> => ({
  CONDA_ALWAYS_YES: 'true',
  MAMBA_ALWAYS_YES: 'true',
  ...pythonVariables,
  ...(flavour === 'micromamba' && environment.MAMBA_ROOT_PREFIX === undefined
    ? { MAMBA_ROOT_PREFIX: `${artifacts}/micromamba` }
    : {}),
})
