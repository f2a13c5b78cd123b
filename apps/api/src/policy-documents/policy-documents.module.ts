import { Module } from '@nestjs/common';
import { ResourcesModule } from '../resources';
import { TenancyModule } from '../tenancy';
import { PolicyBindings } from './policy-bindings';
import { PolicyDocuments } from './policy-documents';
import { PolicyDocumentsController } from './policy-documents.controller';
import { PolicyWrites } from './policy-writes';

/** What is in force, for whoever computes with it; in every process. */
@Module({
  imports: [ResourcesModule],
  providers: [PolicyDocuments, PolicyBindings],
  exports: [PolicyDocuments, PolicyBindings],
})
export class PolicyDocumentsModule {}

/** Reading and putting policy documents over HTTP (contract §5). */
@Module({
  imports: [TenancyModule, PolicyDocumentsModule],
  controllers: [PolicyDocumentsController],
  providers: [PolicyWrites],
})
export class PolicyDocumentsApiModule {}
