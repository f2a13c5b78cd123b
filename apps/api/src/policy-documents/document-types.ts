import { type Finding, POLICY_DOCUMENTS, type PolicyDocumentType } from '@provost/access-policy';
import { problem, type Problem } from '../http';

const byName = new Map(POLICY_DOCUMENTS.map((type) => [type.name, type]));

/** The kind of document that a path names. @throws Problem 404 naming those that there are */
export function documentType(name: string): PolicyDocumentType {
  const type = byName.get(name);
  if (!type) {
    const known = [...byName.keys()].join(', ');
    throw problem(404, `There is no policy document of this name. The names are ${known}.`);
  }
  return type;
}

/** What is wrong with a document, as an answer. */
export function misfit(type: PolicyDocumentType, faults: readonly Finding[]): Problem {
  const { pointer, detail } = faults[0]!;
  const count = faults.length > 1 ? ` "errors" has all ${faults.length} faults.` : '';
  const where = pointer === '' ? 'It' : pointer;
  return problem(
    422,
    `This is no ${type.name} that can be put; nothing was changed. ${where} ${detail.replace(/\.$/, '')}.${count}`,
    faults,
  );
}
