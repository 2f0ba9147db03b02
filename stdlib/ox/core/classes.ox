(ns ox.core.classes
  "The classes that Clojure's programs know of the types of values, as symbols without package."
  (:require [ox.core.native :refer :all]))

(def ^:no-doc class-chains
  "For each type, as `type-name` gives it, its classes from the most specific to the most general: the
  order in which the implementation of a protocol is looked for."
  {'Long '[Long Comparable Number Object]
   'BigInt '[BigInt IHashEq Number Object]
   'Ratio '[Ratio Comparable Number Object]
   'Double '[Double Comparable Number Object]
   'BigDecimal '[BigDecimal Comparable Number Object]
   'Boolean '[Boolean Comparable Object]
   'String '[String Comparable CharSequence Object]
   'Character '[Character Comparable Object]
   'Keyword '[Keyword IFn Callable Runnable Comparable Named IHashEq Object]
   'Symbol '[Symbol IObj IMeta Comparable Named IHashEq AFn IFn Callable Runnable Object]
   'PersistentVector '[PersistentVector IObj IMeta IEditableCollection IReduce IReduceInit IKVReduce APersistentVector IPersistentVector Associative IPersistentCollection Seqable ILookup Sequential IPersistentStack Reversible Indexed Counted Iterable List Collection RandomAccess Comparable IHashEq AFn IFn Callable Runnable Object]
   'MapEntry '[MapEntry AMapEntry IMapEntry Entry APersistentVector IPersistentVector Associative IPersistentCollection Seqable ILookup Sequential IPersistentStack Reversible Indexed Counted Iterable List Collection RandomAccess Comparable IHashEq AFn IFn Callable Runnable Object]
   'PersistentHashMap '[PersistentHashMap IEditableCollection IObj IMeta IMapIterable IKVReduce APersistentMap IPersistentMap Iterable Associative IPersistentCollection Seqable ILookup Counted Map MapEquivalence IHashEq AFn IFn Callable Runnable Object]
   'PersistentHashSet '[PersistentHashSet IObj IMeta IEditableCollection APersistentSet IPersistentSet IPersistentCollection Seqable Counted Collection Iterable Set IHashEq AFn IFn Callable Runnable Object]
   'PersistentTreeMap '[PersistentTreeMap IObj IMeta IKVReduce Reversible Sorted APersistentMap IPersistentMap Iterable Associative IPersistentCollection Seqable ILookup Counted Map MapEquivalence IHashEq AFn IFn Callable Runnable Object]
   'PersistentTreeSet '[PersistentTreeSet IObj IMeta Reversible Sorted APersistentSet IPersistentSet IPersistentCollection Seqable Counted Collection Iterable Set IHashEq AFn IFn Callable Runnable Object]
   'PersistentQueue '[PersistentQueue IPersistentList Sequential IPersistentStack IPersistentCollection Seqable Collection Iterable Counted IHashEq IObj IMeta Object]
   'PersistentList '[PersistentList IPersistentList Sequential IPersistentStack IPersistentCollection Seqable IReduce IReduceInit List Collection Iterable Counted ASeq ISeq IHashEq IObj IMeta Object]
   'Cons '[Cons ASeq ISeq IPersistentCollection Seqable Sequential List Collection Iterable IHashEq IObj IMeta Object]
   'LazySeq '[LazySeq ISeq IPersistentCollection Seqable Sequential List Collection Iterable IPending IHashEq IObj IMeta Object]
   'Range '[Range Counted ISeq IPersistentCollection Seqable Sequential IReduce IReduceInit ASeq List Collection Iterable IHashEq IObj IMeta Object]
   'Seq '[Seq ISeq IPersistentCollection Seqable Sequential Counted ASeq List Collection Iterable IHashEq IObj IMeta Object]
   'Fn '[Fn IObj IMeta Comparator AFn IFn Callable Runnable Object]
   'Var '[Var IFn Callable Runnable IRef IDeref Settable ARef AReference IReference IMeta Object]
   'Date '[Date Comparable Object]
   'UUID '[UUID Comparable Object]
   'Pattern '[Pattern Object]
   'Atom '[Atom IAtom2 IAtom ARef IRef IDeref AReference IReference IMeta Object]
   'Volatile '[Volatile IDeref Object]
   'Delay '[Delay IDeref IPending Object]
   'Promise '[Promise IPending IBlockingDeref IDeref IFn Callable Runnable IObj IMeta Object]
   'Future '[Future IPending IBlockingDeref IDeref IObj IMeta Object]
   'Reduced '[Reduced IDeref Object]
   'TaggedLiteral '[TaggedLiteral ILookup Object]
   'Transient '[Transient ITransientCollection Counted ILookup Object]
   'Bytes '[Bytes Object]
   'Pid '[Pid Object]
   'Reference '[Reference Object]})

(def ^:no-doc superclasses
  "Classes that are of no type alone, and theirs."
  '{Number [Object] CharSequence [Object] Named [Object]
    Throwable [Object]
    Exception [Throwable Object]
    Error [Throwable Object]
    RuntimeException [Exception Throwable Object]
    ExceptionInfo [IExceptionInfo RuntimeException Exception Throwable Object]
    ArithmeticException [RuntimeException Exception Throwable Object]
    ClassCastException [RuntimeException Exception Throwable Object]
    NullPointerException [RuntimeException Exception Throwable Object]
    IllegalArgumentException [RuntimeException Exception Throwable Object]
    ArityException [IllegalArgumentException RuntimeException Exception Throwable Object]
    NumberFormatException [IllegalArgumentException RuntimeException Exception Throwable Object]
    IllegalStateException [RuntimeException Exception Throwable Object]
    CancellationException [IllegalStateException RuntimeException Exception Throwable Object]
    IndexOutOfBoundsException [RuntimeException Exception Throwable Object]
    StringIndexOutOfBoundsException [IndexOutOfBoundsException RuntimeException Exception Throwable Object]
    ArrayIndexOutOfBoundsException [IndexOutOfBoundsException RuntimeException Exception Throwable Object]
    NoSuchElementException [RuntimeException Exception Throwable Object]
    UnsupportedOperationException [RuntimeException Exception Throwable Object]
    CompilerException [IExceptionInfo RuntimeException Exception Throwable Object]
    InterruptedException [Exception Throwable Object]
    TimeoutException [Exception Throwable Object]
    ExecutionException [Exception Throwable Object]
    IOException [Exception Throwable Object]
    FileNotFoundException [IOException Exception Throwable Object]
    AssertionError [Error Throwable Object]
    OutOfMemoryError [Error Throwable Object]
    StackOverflowError [Error Throwable Object]})

(def ^:no-doc error-packages
  "The packages of the classes of errors that are not of `java.lang`."
  '{ExceptionInfo "clojure.lang." IExceptionInfo "clojure.lang." ArityException "clojure.lang."
    CompilerException "clojure.lang.Compiler$" Compiler$CompilerException "clojure.lang."
    IOException "java.io." FileNotFoundException "java.io."
    NoSuchElementException "java.util."
    CancellationException "java.util.concurrent." TimeoutException "java.util.concurrent." ExecutionException "java.util.concurrent."})

(def ^:no-doc record-classes
  "The classes that records are of, from the most specific to the most general."
  '[IRecord IPersistentMap Associative IPersistentCollection Seqable ILookup Counted Map Iterable IObj IMeta IHashEq Object])
