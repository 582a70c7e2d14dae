"""What is printed: papers set by typst, in a process of their own."""
