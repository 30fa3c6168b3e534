// Holds an OpenAPI document, the file that is named, to the specification, and writes what is wrong with it to stdout as JSON.
import { Validator } from '@seriousme/openapi-schema-validator'

const validator = new Validator()
const { valid, errors } = await validator.validate(process.argv[2])
process.stdout.write(JSON.stringify({ valid, version: validator.version, errors: errors ?? [] }))
