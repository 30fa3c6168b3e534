import { z } from 'zod'
import { UserError } from '../../../lib/user-error.ts'
import type { ParamShape, Zod } from '../task.ts'
import type { ParamDeclaration } from './declaration.ts'
import { declareParams } from './declare.ts'
import type { Given } from './given-words.ts'
import { type Reading, readValues } from './read-values.ts'

/** All that needs zod, which the reader of parameters loads as late as it can. */

type Declare = (zod: Zod) => ParamShape

export function readDeclarations(task: string, params: Declare): readonly ParamDeclaration[] {
  return declareParams(task, shapeOf(task, params))
}

export function readParams(
  task: string,
  params: Declare,
  declarations: readonly ParamDeclaration[],
  given: ReadonlyMap<string, Given>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Reading> {
  return readValues(z, shapeOf(task, params), declarations, given, environment)
}

function shapeOf(task: string, params: Declare): ParamShape {
  try {
    return params(z)
  } catch (cause) {
    throw new UserError(`the parameters of "${task}" cannot be read: ${String(cause)}`, { cause })
  }
}
