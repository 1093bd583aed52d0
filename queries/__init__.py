"""The questions: selections, named SQL questions and the engines that answer them."""
