package blockkit

// Limits of blocks and of whole messages (reference/block-kit). The documentation
// speaks of characters; they are counted here as Unicode code points.
const (
	maxBlocks       = 50     // blocks of one message (reference/block-kit/blocks)
	maxMessageChars = 13_200 // msg_blocks_too_long; unpublished, measured by others as the edge
	headerExtra     = 100    // what a header adds to that count, measured with it
	maxMarkdown     = 12_000 // all markdown blocks of a message together

	maxTextObject  = 3_000 // any text object unless a block says less
	maxHeader      = 150
	maxFields      = 10
	maxField       = 2_000
	maxContext     = 10
	maxActions     = 25
	maxContextActs = 5
	maxButtonText  = 75
	maxButtonValue = 2_000
	maxURL         = 3_000
	maxLabel       = 75  // accessibility_label
	maxID          = 255 // block_id, action_id
	maxOptions     = 100 // static_select
	maxOverflow    = 5
	maxOptionText  = 75
	maxOptionValue = 150
	maxPlaceholder = 150
	maxConfirmHead = 100
	maxConfirmText = 300
	maxConfirmWord = 30
	maxAltText     = 2_000
	maxContainer   = 10 // child blocks
	maxTableRows   = 100
	maxTableCells  = 20
	maxDataRows    = 101    // data_table with its header; some sources say 201
	maxTableChars  = 10_000 // all cells of a data_table
	maxPageSize    = 100
	maxTicks       = 10 // radio_buttons, checkboxes
	maxInput       = 3_000
	maxInputLabel  = 2_000 // and hint
)

// Limits of modals (reference/views/modal-views).
const (
	maxViewBlocks = 100
	maxViewTitle  = 24 // submit and close as well
	maxMetadata   = 3_000
)
