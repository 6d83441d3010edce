// What a provider answers to Terraform, one method an RPC, free of any transport: the server calls
// it, tests call it directly. Invariant: a method's name is the RPC's name in camelCase, as in the
// generated ProviderDefinition.
import type {
  ApplyResourceChange_Request,
  ApplyResourceChange_Response,
  CallFunction_Request,
  CallFunction_Response,
  ConfigureProvider_Request,
  ConfigureProvider_Response,
  GetFunctions_Request,
  GetFunctions_Response,
  GetMetadata_Request,
  GetMetadata_Response,
  GetProviderSchema_Request,
  GetProviderSchema_Response,
  GetResourceIdentitySchemas_Request,
  GetResourceIdentitySchemas_Response,
  ImportResourceState_Request,
  ImportResourceState_Response,
  ListResource_Event,
  ListResource_Request,
  MoveResourceState_Request,
  MoveResourceState_Response,
  PlanResourceChange_Request,
  PlanResourceChange_Response,
  ReadDataSource_Request,
  ReadDataSource_Response,
  ReadResource_Request,
  ReadResource_Response,
  StopProvider_Request,
  StopProvider_Response,
  UpgradeResourceIdentity_Request,
  UpgradeResourceIdentity_Response,
  UpgradeResourceState_Request,
  UpgradeResourceState_Response,
  ValidateDataResourceConfig_Request,
  ValidateDataResourceConfig_Response,
  ValidateListResourceConfig_Request,
  ValidateListResourceConfig_Response,
  ValidateProviderConfig_Request,
  ValidateProviderConfig_Response,
  ValidateResourceConfig_Request,
  ValidateResourceConfig_Response,
} from './generated/tfplugin6';

/** Circumstances of one call. */
export interface Call {
  /** Aborted when the caller gave the call up, or when the plugin must end. */
  readonly signal: AbortSignal;
}

/**
 * One method an RPC. What is left out of a partial implementation answers UNIMPLEMENTED.
 * A method may throw: the server answers with a diagnostic made of the error's message.
 */
export interface ProviderMethods {
  /** Names of everything served, without schemas. */
  getMetadata(request: GetMetadata_Request, call: Call): Promise<GetMetadata_Response>;
  /** Every schema; asked of some processes of a command only. */
  getProviderSchema(
    request: GetProviderSchema_Request,
    call: Call,
  ): Promise<GetProviderSchema_Response>;
  /** What identifies each managed resource. */
  getResourceIdentitySchemas(
    request: GetResourceIdentitySchemas_Request,
    call: Call,
  ): Promise<GetResourceIdentitySchemas_Response>;
  /** Checks the provider's block; values may be unknown. */
  validateProviderConfig(
    request: ValidateProviderConfig_Request,
    call: Call,
  ): Promise<ValidateProviderConfig_Response>;
  /** Takes the provider's configuration up; values may be unknown at plan. */
  configureProvider(
    request: ConfigureProvider_Request,
    call: Call,
  ): Promise<ConfigureProvider_Response>;
  /** The user wants to end: calls under way shall come to an end soon. */
  stopProvider(request: StopProvider_Request, call: Call): Promise<StopProvider_Response>;
  /** Checks one resource block; values may be unknown. */
  validateResourceConfig(
    request: ValidateResourceConfig_Request,
    call: Call,
  ): Promise<ValidateResourceConfig_Response>;
  /** Brings saved state to today's schema; called for every thing, at any version. */
  upgradeResourceState(
    request: UpgradeResourceState_Request,
    call: Call,
  ): Promise<UpgradeResourceState_Response>;
  /** The same for a saved identity. */
  upgradeResourceIdentity(
    request: UpgradeResourceIdentity_Request,
    call: Call,
  ): Promise<UpgradeResourceIdentity_Response>;
  /** What is there now; a null state where the thing is gone. */
  readResource(request: ReadResource_Request, call: Call): Promise<ReadResource_Response>;
  /** What apply would do; changes nothing. */
  planResourceChange(
    request: PlanResourceChange_Request,
    call: Call,
  ): Promise<PlanResourceChange_Response>;
  /** Creates, updates or removes; a half-done thing is in new_state. */
  applyResourceChange(
    request: ApplyResourceChange_Request,
    call: Call,
  ): Promise<ApplyResourceChange_Response>;
  /** Finds a thing that is there already. */
  importResourceState(
    request: ImportResourceState_Request,
    call: Call,
  ): Promise<ImportResourceState_Response>;
  /** Takes a thing over from another type's state. */
  moveResourceState(
    request: MoveResourceState_Request,
    call: Call,
  ): Promise<MoveResourceState_Response>;
  /** Checks one data block; values may be unknown. */
  validateDataResourceConfig(
    request: ValidateDataResourceConfig_Request,
    call: Call,
  ): Promise<ValidateDataResourceConfig_Response>;
  /** Looks up what a data block asks for. */
  readDataSource(request: ReadDataSource_Request, call: Call): Promise<ReadDataSource_Response>;
  /** Checks one list block. */
  validateListResourceConfig(
    request: ValidateListResourceConfig_Request,
    call: Call,
  ): Promise<ValidateListResourceConfig_Response>;
  /** Things of a type as they are found; ends early when the reader leaves. */
  listResource(request: ListResource_Request, call: Call): AsyncIterable<ListResource_Event>;
  /** Signatures of the provider's functions. */
  getFunctions(request: GetFunctions_Request, call: Call): Promise<GetFunctions_Response>;
  /** Runs one function; pure. */
  callFunction(request: CallFunction_Request, call: Call): Promise<CallFunction_Response>;
}
