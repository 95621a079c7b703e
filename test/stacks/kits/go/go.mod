module farewell/stacks

go 1.26
