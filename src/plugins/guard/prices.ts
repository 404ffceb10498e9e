// From where on the guard charges, and what it charges for what is no instruction.

/** A debt that is charged where it arises: one charge of four instructions in at least so many. */
export const chargedAtOnce = 128;

/** A function that calls nothing and costs less is not worth a check of its own; its caller's call costs 4. */
export const cheapFunction = 32;

/** Locals zeroed in the time of one instruction. */
export const localsPerCost = 8;

/** A host function costs more than a call inside the module. */
export const importedCallCost = 40;
