// Answers requests by another evaluator of IAM policies, as a second opinion that nobody here wrote.
//
// Its argument is the directory in which the package is installed. Each line of the input is a case; each line of the
// output is its answer, in the same order.

import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const installed = createRequire(`${process.argv[2]}/package.json`)
const { runSimulation } = installed('@cloud-copilot/iam-simulate')

/** The policies of one place, as the package takes them. */
const policies = (place, documents) =>
  documents.map((policy, number) => ({ name: `${place}-${number}`, policy }))

/** What it says of one resource; a request that names several is allowed when it is for each of them. */
async function about(asked, resource) {
  const simulation = {
    request: {
      principal: asked.principal,
      action: asked.action,
      resource: { resource, accountId: asked.account },
      contextVariables: asked.carried
    },
    identityPolicies: policies('identity', asked.identity),
    permissionBoundaryPolicies: asked.boundary && policies('boundary', asked.boundary),
    serviceControlPolicies: asked.levels.map((documents, number) => ({
      orgIdentifier: `ou-${number}`,
      policies: policies(`level-${number}`, documents)
    })),
    resourceControlPolicies: []
  }
  const said = await runSimulation(simulation, { simulationMode: 'Strict' })
  if (said.resultType !== 'single') {
    return { refused: said.errors ?? said.resultType }
  }
  return { isAllowed: said.overallResult === 'Allowed', ignored: said.result.ignoredContextKeys }
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  const answers = []
  for (const resource of asked.resources) {
    answers.push(await about(asked, resource))
  }
  console.log(JSON.stringify(answers))
}
