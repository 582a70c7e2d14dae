"""Pure decisions about what a firm is asked for, about visits and about rounds of visits."""
